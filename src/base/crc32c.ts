/**
 * CRC-32C (Castagnoli), the checksum of record batches and of the log's own files. Slice-by-8:
 * eight tables take eight bytes per step, above 1 GB/s on all three runtimes.
 */

const polynomial = 0x82f63b78;

/** Eight tables of 256 words in one array; signed words keep the arithmetic in 32-bit integers. */
const table = makeTable();

function makeTable(): Int32Array {
  const words = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    words[byte] = crc;
  }
  for (let byte = 0; byte < 256; byte++) {
    let crc = words[byte] as number;
    for (let slice = 1; slice < 8; slice++) {
      crc = (words[crc & 0xff] as number) ^ (crc >>> 8);
      words[slice * 256 + byte] = crc;
    }
  }
  return words;
}

/**
 * Checksum of bytes [start, end) as an unsigned 32-bit number. The caller has checked the bounds.
 */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const t = table;
  let crc = -1;
  let at = start | 0;
  const lastEight = (end - 8) | 0;
  for (; at <= lastEight; at = (at + 8) | 0) {
    crc =
      (t[1792 + ((crc ^ (bytes[at] as number)) & 0xff)] as number) ^
      (t[1536 + (((crc >>> 8) ^ (bytes[at + 1] as number)) & 0xff)] as number) ^
      (t[1280 + (((crc >>> 16) ^ (bytes[at + 2] as number)) & 0xff)] as number) ^
      (t[1024 + (((crc >>> 24) ^ (bytes[at + 3] as number)) & 0xff)] as number) ^
      (t[768 + (bytes[at + 4] as number)] as number) ^
      (t[512 + (bytes[at + 5] as number)] as number) ^
      (t[256 + (bytes[at + 6] as number)] as number) ^
      (t[bytes[at + 7] as number] as number);
  }
  while (at < end) {
    crc = (t[(crc ^ (bytes[at] as number)) & 0xff] as number) ^ (crc >>> 8);
    at += 1;
  }
  return ~crc >>> 0;
}
