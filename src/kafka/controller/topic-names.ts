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
export class TopicNames {
  readonly #existing: ReadonlyMap<string, unknown>;
  /** By what metrics make of them; made when first asked, so that plain names cost nothing. */
  #unified: Map<string, string> | null = null;
  readonly #added: string[] = [];

  constructor(existing: ReadonlyMap<string, unknown>) {
    this.#existing = existing;
  }

  add(name: string): void {
    this.#added.push(name);
    this.#unified?.set(unify(name), name);
  }

  /** Another name that cannot be told from this one, or null. */
  collidingWith(name: string): string | null {
    if (!/[._]/.test(name)) return null;
    if (this.#unified === null) {
      this.#unified = new Map();
      for (const one of this.#existing.keys()) this.#unified.set(unify(one), one);
      for (const one of this.#added) this.#unified.set(unify(one), one);
    }
    return this.#unified.get(unify(name)) ?? null;
  }
}

const unify = (name: string): string => name.replaceAll('.', '_');
