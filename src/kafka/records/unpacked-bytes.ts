/**
 * Where a codec puts what it unpacks: one array that grows with what is found, never beyond a
 * bound. What a peer says about the length is not believed, so a small frame cannot take memory
 * that its content does not fill.
 */
import { RecordsError } from './varint.ts';

const mebibyte = 1_048_576;

/**
 * What a batch of so many packed bytes may unpack to: 64 MiB, or four times itself where the topic
 * allows batches that large. While it is unpacked twice as much may be in use.
 */
export const maxUnpackedBytes = (packedBytes: number): number =>
  Math.max(64 * mebibyte, 4 * packedBytes);

/** The content is not damaged, but there is more of it than one batch may have. */
export class TooLargeError extends RecordsError {}

export class UnpackedBytes {
  readonly limit: number;
  length = 0;
  #bytes: Uint8Array<ArrayBuffer>;

  /** `expected` bytes are made room for at once, within the bound. */
  constructor(limit: number, expected: number) {
    this.limit = limit;
    this.#bytes = new Uint8Array(Math.min(expected, limit));
  }

  /** The array with room for `count` more bytes behind `length`; good until the next call. */
  room(count: number): Uint8Array {
    const needed = this.length + count;
    if (needed > this.limit) throw new TooLargeError(`it unpacks to more than ${this.limit} bytes`);
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(
        Math.min(this.limit, Math.max(needed, this.#bytes.length * 2, 1024)),
      );
      larger.set(this.#bytes.subarray(0, this.length));
      this.#bytes = larger;
    }
    return this.#bytes;
  }

  push(bytes: Uint8Array): void {
    this.room(bytes.length).set(bytes, this.length);
    this.length += bytes.length;
  }

  /** All of it. */
  get content(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}
