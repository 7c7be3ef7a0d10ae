import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import {
  baseSequence,
  lastOffset,
  producerEpoch,
  producerId,
  recordCount,
  setBaseOffset,
  setLeaderEpoch,
} from '../../../src/kafka/records/batch.ts';
import { readRecords } from '../../../src/kafka/records/reader.ts';

interface Stored {
  readonly bytes: Uint8Array;
  readonly base: number;
  readonly last: number;
  readonly epoch: number;
}

interface ProducerState {
  epoch: number;
  nextSequence: number;
  readonly recent: { readonly sequence: number; readonly count: number; readonly base: number }[];
}

/** A partition's log as a leader keeps it, with Kafka's checks of sequences. */
export class FakeLog {
  batches: Stored[] = [];
  start = 0;
  producers = new Map<number, ProducerState>();

  get end(): number {
    return (this.batches.at(-1)?.last ?? this.start - 1) + 1;
  }

  append(records: Uint8Array, epoch: number): { code: number; base: number } {
    const bytes = records.slice();
    const id = producerId(bytes);
    const sequence = baseSequence(bytes);
    const count = recordCount(bytes);
    if (id >= 0) {
      const state = this.producers.get(id);
      const itsEpoch = producerEpoch(bytes);
      if (state !== undefined && itsEpoch < state.epoch) return refused('invalidProducerEpoch');
      if (state !== undefined && itsEpoch === state.epoch) {
        const duplicate = state.recent.find(
          (each) => each.sequence === sequence && each.count === count,
        );
        if (duplicate !== undefined) return { code: 0, base: duplicate.base };
        if (sequence !== state.nextSequence) return refused('outOfOrderSequenceNumber');
      } else if (state !== undefined && sequence !== 0) {
        return refused('outOfOrderSequenceNumber');
      }
      const kept = state?.epoch === itsEpoch ? state.recent.slice(-4) : [];
      const recent = [...kept, { sequence, count, base: this.end }];
      const nextSequence = (sequence + count) % 2_147_483_648;
      this.producers.set(id, { epoch: itsEpoch, nextSequence, recent });
    }
    const base = this.end;
    setBaseOffset(bytes, 0, base);
    setLeaderEpoch(bytes, 0, epoch);
    this.batches.push({ bytes, base, last: lastOffset(bytes), epoch });
    return { code: 0, base };
  }

  read(from: number, limit: number): Uint8Array {
    const wanted = this.batches.filter(({ last }) => last >= from).slice(0, limit);
    const joined = new Uint8Array(wanted.reduce((sum, { bytes }) => sum + bytes.length, 0));
    let at = 0;
    for (const { bytes } of wanted) {
      joined.set(bytes, at);
      at += bytes.length;
    }
    return joined;
  }

  truncate(to: number): void {
    this.batches = this.batches.filter(({ last }) => last < to);
  }

  endOfEpoch(epoch: number): { leaderEpoch: number; endOffset: number } {
    const last = this.batches.findLast((batch) => batch.epoch <= epoch);
    return last === undefined
      ? { leaderEpoch: -1, endOffset: -1 }
      : { leaderEpoch: last.epoch, endOffset: last.last + 1 };
  }

  /** All values as text, in order. */
  get values(): string[] {
    return this.batches.flatMap(({ bytes }) =>
      readRecords(bytes).map(({ value }) => new TextDecoder().decode(value ?? undefined)),
    );
  }
}

const refused = (name: keyof typeof errorCode) => ({ code: errorCode[name], base: -1 });
