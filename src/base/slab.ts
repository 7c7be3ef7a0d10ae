/**
 * Small byte arrays cut from a common slab: an array of its own costs the engine several times as
 * much to allocate and to sweep. What is cut is zero, handed out once, and never taken back; a slab
 * lives as long as any piece of it does.
 */
const slabBytes = 64 * 1024;
/** What is larger than this gets memory of its own, so that little of a slab is wasted. */
const largestPiece = 4096;

let slab = new ArrayBuffer(slabBytes);
let used = 0;

export function cutBytes(length: number): Uint8Array {
  if (length > largestPiece) return new Uint8Array(length);
  if (used + length > slabBytes) {
    slab = new ArrayBuffer(slabBytes);
    used = 0;
  }
  const at = used;
  used += length;
  return new Uint8Array(slab, at, length);
}
