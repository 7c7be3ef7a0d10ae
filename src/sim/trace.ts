import type { Digest } from '../base/digest.ts';
import type { Micros } from '../base/ids.ts';
import type { LogLevel } from '../host/host.ts';

/** Where in a run something happened. */
export interface TracePlace {
  /** Number of the event in which it happened; the first is 1. An event's own entry is its first. */
  readonly event: number;
  readonly time: Micros;
  /** The machine it concerns; empty for the world itself. */
  readonly machine: string;
}

/** Names of the kernel's kinds of events, by their ids. */
export const eventKindNames = [
  'world',
  'unblocked',
  'late',
  'timer',
  'bytes',
  'connected',
  'end-of-stream',
  'drained',
  'reset',
  'connection',
  'link',
  'connecting',
  'sync',
  'process',
  'point',
  'other',
] as const;

export const processChanges = [
  'start',
  'crash',
  'power loss',
  'pause',
  'resume',
  'wipe',
  'exit',
] as const;

export const diskCalls = [
  'create',
  'make',
  'rename',
  'remove',
  'read',
  'write',
  'truncate',
  'sync',
  'synced',
] as const;

/** An event of the kernel begins. */
export interface EventFact {
  readonly is: 'event';
  readonly kind: (typeof eventKindNames)[number];
  readonly what: string;
}

/** A machine's process changes; `detail` of an exit says its code and why. */
export interface ProcessFact {
  readonly is: 'process';
  readonly change: (typeof processChanges)[number];
  readonly detail?: string;
}

/** A process uses its disk. `sync` is asked for, `synced` its answer, in a later event. */
export interface DiskFact {
  readonly is: 'disk';
  readonly call: (typeof diskCalls)[number];
  readonly path: string;
  readonly position?: number;
  readonly bytes?: number;
  readonly to?: string;
  readonly error?: string;
}

/** A process says something to its operator. */
export interface LogFact {
  readonly is: 'log';
  readonly level: LogLevel;
  readonly message: string;
}

/** Whoever runs the world has noted something. */
export interface NoteFact {
  readonly is: 'note';
  readonly label: string;
  readonly detail: string;
}

/** What those above the world tell of it: theirs, with an `is` of its own. */
export interface ToldFact {
  readonly is: 'told';
  readonly about: object;
}

export type TraceFact = EventFact | ProcessFact | DiskFact | LogFact | NoteFact | ToldFact;

/**
 * What the world tells of itself when asked to. Without a sink nothing is described and nothing is
 * paid; with one nothing else happens, and the digest is the same.
 */
export type TraceEntry = TracePlace & TraceFact;

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
