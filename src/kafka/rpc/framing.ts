/**
 * Finds the frames in a byte stream: four bytes of length, then as many bytes. A frame that lies
 * within one chunk is handed out where it lies; one that spans chunks is joined once, when it is
 * complete, so memory never exceeds what has arrived, whatever length a frame claims. A negative
 * length or one beyond the bound is malformed, and the stream is then at its end.
 */
import { cutBytes } from '../../base/slab.ts';
import { MalformedError } from '../protocol/malformed.ts';

const lengthBytes = 4;

export class FrameSplitter {
  /** The current frame: `bytes` from `start` to `end`. */
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;

  readonly #maxFrameBytes: number;
  /** Position in `bytes` behind the current frame. */
  #at = 0;
  /** Chunks that follow `bytes`, and how many bytes they hold. */
  #later: Uint8Array[] = [];
  #laterBytes = 0;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Takes the next bytes of the stream. */
  push(chunk: Uint8Array): void {
    if (this.#at === this.bytes.length && this.#later.length === 0) {
      this.bytes = chunk;
      this.#at = 0;
      return;
    }
    this.#later.push(chunk);
    this.#laterBytes += chunk.length;
  }

  /** Steps to the next frame; false when it has not arrived in full. Throws a MalformedError. */
  next(): boolean {
    if (!this.#has(lengthBytes)) return false;
    const { bytes } = this;
    const at = this.#at;
    const length =
      (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    if (length < 0 || length > this.#maxFrameBytes) {
      throw new MalformedError(`a frame of ${length} bytes`);
    }
    if (!this.#has(lengthBytes + length)) return false;
    this.start = this.#at + lengthBytes;
    this.end = this.start + length;
    this.#at = this.end;
    return true;
  }

  /** Sees to it that `count` bytes lie together from `#at` on, if they have arrived. */
  #has(count: number): boolean {
    const here = this.bytes.length - this.#at;
    if (here >= count) return true;
    if (here + this.#laterBytes < count) return false;
    const joined = cutBytes(here + this.#laterBytes);
    if (here > 0) joined.set(this.bytes.subarray(this.#at));
    let to = here;
    for (const chunk of this.#later) {
      joined.set(chunk, to);
      to += chunk.length;
    }
    this.bytes = joined;
    this.#at = 0;
    this.#later = [];
    this.#laterBytes = 0;
    return true;
  }
}
