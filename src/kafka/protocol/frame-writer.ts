/**
 * The writer behind all encoders. Messages are written one after another into a slab, and a
 * finished one is handed out as a view of its part of it: no copy, and one allocation per slab
 * instead of one per message. Bytes beyond `blobBytes` (record batches) are not copied into the
 * slab; they are remembered by place and copied once, into a frame of the exact size.
 */
import { assert } from '../../base/assert.ts';
import { ByteWriter } from '../../base/bytes.ts';

/** A slab that one large message has made larger than this is not used for the next. */
const slabBytes = 64 * 1024;
/** Measured on Node: below some kilobytes a second copy costs less than an array of its own. */
const blobBytes = 4096;

interface Blob {
  /** Where it belongs, counted from the message's start without the blobs before it. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

export class FrameWriter extends ByteWriter {
  #blobs: Blob[] = [];
  #blobBytes = 0;

  constructor() {
    super(slabBytes);
  }

  begin(): void {
    if (this.bytes.length > slabBytes) this.#newSlab();
    this.start = this.position;
    if (this.#blobs.length > 0) this.#blobs = [];
    this.#blobBytes = 0;
  }

  #newSlab(): void {
    this.bytes = new Uint8Array(slabBytes);
    this.view = new DataView(this.bytes.buffer);
    this.position = 0;
  }

  /**
   * Bytes without their length, copied at once if they are few. The caller keeps them as they are.
   */
  blob(bytes: Uint8Array): void {
    if (bytes.length <= blobBytes) {
      this.raw(bytes);
      return;
    }
    this.#blobs.push({ at: this.position - this.start, bytes });
    this.#blobBytes += bytes.length;
  }

  /** Length of the message so far. */
  get length(): number {
    return this.position - this.start + this.#blobBytes;
  }

  /** Gives the message that began at `begin`. */
  finish(): Uint8Array {
    const { start, position } = this;
    if (this.#blobs.length === 0) return this.bytes.subarray(start, position);
    const frame = this.#withBlobs();
    this.position = start;
    return frame;
  }

  #withBlobs(): Uint8Array {
    const frame = new Uint8Array(this.length);
    let from = this.start;
    let to = 0;
    for (const blob of this.#blobs) {
      const until = this.start + blob.at;
      frame.set(this.bytes.subarray(from, until), to);
      to += until - from;
      frame.set(blob.bytes, to);
      to += blob.bytes.length;
      from = until;
    }
    frame.set(this.bytes.subarray(from, this.position), to);
    assert(to + this.position - from === frame.length, 'a frame is filled to its end');
    this.#blobs = [];
    this.#blobBytes = 0;
    return frame;
  }
}
