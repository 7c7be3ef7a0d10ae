import type { Digest } from '../base/digest.ts';
import type { Micros } from '../base/ids.ts';

/**
 * What the world tells of itself when asked to. Without a sink nothing is described and nothing is
 * paid.
 */
export interface TraceEntry {
  /** Number of the event in which it happened; the first is 1. An event's own line is its first. */
  readonly event: number;
  readonly time: Micros;
  /** The machine it concerns; empty for the world itself. */
  readonly machine: string;
  readonly what: string;
}

export interface TraceSink {
  write(entry: TraceEntry): void;
}

/**
 * The digest after each event, to find the first event in which two runs differ. Costs eight bytes
 * an event. A sink in a third run, asked for that event's number, then names it.
 */
export class DigestRecording {
  #lanes = new Int32Array(4096);
  #events = 0;

  get events(): number {
    return this.#events;
  }

  add(digest: Digest): void {
    const at = this.#events++ * 2;
    if (at === this.#lanes.length) {
      const lanes = new Int32Array(at * 2);
      lanes.set(this.#lanes);
      this.#lanes = lanes;
    }
    this.#lanes[at] = digest.high;
    this.#lanes[at + 1] = digest.low;
  }

  /** All of it, as bytes in the order of this machine. */
  toBytes(): Uint8Array {
    return new Uint8Array(this.#lanes.buffer.slice(0, this.#events * 8));
  }

  static fromBytes(bytes: Uint8Array): DigestRecording {
    const recording = new DigestRecording();
    recording.#lanes = new Int32Array(bytes.slice().buffer);
    recording.#events = bytes.length / 8;
    return recording;
  }

  /**
   * The number of the first event that differs, counted from 1; null when the recordings are equal.
   */
  firstDifference(other: DigestRecording): number | null {
    const shared = Math.min(this.#events, other.#events);
    for (let i = 0; i < shared * 2; i++) {
      if (this.#lanes[i] !== other.#lanes[i]) return (i >> 1) + 1;
    }
    return this.#events === other.#events ? null : shared + 1;
  }
}
