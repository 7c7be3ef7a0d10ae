/** Which names a topic may have. */

const maxNameLength = 249;

/** Why no topic may be called so, for the peer to read; null where one may. */
export function topicNameProblem(name: string): string | null {
  if (name === '') return 'Topic name is invalid: the empty string is not allowed';
  if (name === '.' || name === '..') return `Topic name is invalid: '${name}' is not allowed`;
  if (name.length > maxNameLength) {
    return `Topic name is invalid: the length of '${name}' is longer than the max allowed length ${maxNameLength}`;
  }
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    return `Topic name is invalid: '${name}' contains characters other than ASCII alphanumerics, '.', '_' and '-'`;
  }
  return null;
}

/** Names that metric names cannot tell apart, since these write a dot as an underscore. */
export function collidingName(name: string, others: Iterable<string>): string | null {
  if (!/[._]/.test(name)) return null;
  const unified = name.replaceAll('.', '_');
  for (const other of others) {
    if (other !== name && other.replaceAll('.', '_') === unified) return other;
  }
  return null;
}
