/**
 * Which partition of the offsets topic keeps a group: its id's hash as Java's strings have it, over
 * UTF-16, without its sign, modulo the number of partitions.
 */

export function partitionOfGroup(group: string, partitions: number): number {
  let hash = 0;
  for (let i = 0; i < group.length; i++) hash = (Math.imul(hash, 31) + group.charCodeAt(i)) | 0;
  // The one hash whose absolute value is none of Java's integers counts as 0.
  const positive = hash === -0x80000000 ? 0 : Math.abs(hash);
  return positive % partitions;
}
