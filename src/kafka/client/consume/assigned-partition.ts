/**
 * A consumer's state of one partition. `position` is the next offset the application gets,
 * `fetchOffset` the next to ask for; they differ only while fetched records wait. `generation`
 * rises when the position is set anew, so that answers to older requests are known and dropped.
 */
import type { LeaderEpoch, Micros, Offset, Uuid } from '../../../base/ids.ts';
import { zeroUuid } from '../../../base/ids.ts';
import type { StoredRecord } from '../../records/reader.ts';
import type { PartitionReset } from './consumer-position.ts';
import type { RecordStream } from './record-stream.ts';

export interface Buffered {
  readonly stream: RecordStream;
  /** Where the position stands when all of it is consumed. */
  readonly nextOffset: Offset;
  /** Decoded but not yet handed over, from `at` on. */
  records: StoredRecord[];
  at: number;
}

/**
 * `reset`: the position has to be looked up. `validate`: a new leader is asked whether its log
 * agrees with what was read. `stopped`: an error was reported; a seek revives it.
 */
export type Phase = 'reset' | 'validate' | 'reading' | 'stopped';

export class AssignedPartition {
  readonly topic: string;
  readonly index: number;
  phase: Phase = 'reset';
  /** What `reset` looks for. */
  reset: PartitionReset = { target: 'latest', reason: null };
  position: Offset = -1;
  fetchOffset: Offset = -1;
  /** Epoch of the last record below `fetchOffset`; −1 unknown. */
  positionEpoch: LeaderEpoch = -1;
  /** The leader epoch under which the position is known to be in the leader's log. */
  validatedEpoch: LeaderEpoch = -1;
  topicId: Uuid = zeroUuid;
  generation = 0;
  /** A request of this generation is out. */
  busy = false;
  /**
   * The leader epoch by which that request was addressed: with a newer leader nobody waits for it.
   */
  busyEpoch: LeaderEpoch = -1;
  buffered: Buffered | null = null;
  /** Taken out of `buffered`: handed over as soon as the next fetch is on its way. */
  delivering: Buffered | null = null;
  highWatermark: Offset = -1;
  logStartOffset: Offset = -1;
  /** The application wants nothing of it for now. */
  paused = false;
  /** Its group takes it away: nothing of it is fetched or handed over any more. */
  held = false;
  failures = 0;
  retryAtUs: Micros = 0;
  /** Under a newer leader epoch than this a retry need not wait. */
  failedEpoch: LeaderEpoch = -1;

  constructor(topic: string, index: number) {
    this.topic = topic;
    this.index = index;
  }

  get rests(): boolean {
    return this.paused || this.held;
  }

  /** Reads on from this offset; what was fetched before is void. */
  moveTo(offset: Offset, epoch: LeaderEpoch): void {
    this.abandon();
    this.phase = 'reading';
    this.position = offset;
    this.fetchOffset = offset;
    this.positionEpoch = epoch;
    this.buffered = null;
    this.succeeded();
  }

  lookUp(reset: PartitionReset): void {
    this.abandon();
    this.phase = 'reset';
    this.reset = reset;
    this.positionEpoch = -1;
    this.buffered = null;
    this.succeeded();
  }

  stop(): void {
    this.abandon();
    this.phase = 'stopped';
    this.fetchOffset = this.position;
    this.buffered = null;
  }

  /** Whatever is out for this partition, its answer does not count. */
  abandon(): void {
    this.generation++;
    this.busy = false;
  }

  succeeded(): void {
    this.failures = 0;
    this.retryAtUs = 0;
  }

  /** Its topic was deleted and made again: epochs of the old one mean nothing (KAFKA-12257). */
  meetTopic(id: Uuid): void {
    if (this.topicId === id) return;
    if (this.topicId !== zeroUuid) {
      this.positionEpoch = -1;
      this.validatedEpoch = -1;
      this.failedEpoch = -1;
    }
    this.topicId = id;
  }
}
