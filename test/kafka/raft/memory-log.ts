/**
 * A raft log of readable entries in memory, for tests of the state machine. Its "records" are JSON.
 * All of it survives a crash of the process; of a power loss, what was flushed.
 */
import type { LeaderEpoch, NodeId, Offset, Uuid } from '../../../src/base/ids.ts';
import type { EpochEnd } from '../../../src/kafka/raft/messages.ts';
import type { LeaderChange, RaftLog } from '../../../src/kafka/raft/raft-log.ts';

export interface Entry {
  readonly epoch: LeaderEpoch;
  readonly text: string;
  readonly directories?: readonly (readonly [NodeId, Uuid])[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function decodeEntries(records: Uint8Array): (Entry & { offset: Offset })[] {
  return records.length === 0 ? [] : JSON.parse(decoder.decode(records));
}

export class MemoryLog implements RaftLog {
  readonly startOffset = 0;
  readonly entries: Entry[] = [];

  get endOffset(): Offset {
    return this.entries.length;
  }

  get latestEpoch(): LeaderEpoch {
    return this.entries.at(-1)?.epoch ?? 0;
  }

  endOffsetForEpoch(epoch: LeaderEpoch): EpochEnd {
    const end = this.entries.findLastIndex((entry) => entry.epoch <= epoch) + 1;
    return end === 0
      ? { leaderEpoch: -1, endOffset: -1 }
      : { leaderEpoch: (this.entries[end - 1] as Entry).epoch, endOffset: end };
  }

  /** `maxBytes` counts entries here. */
  read(from: Offset, maxBytes: number): Uint8Array {
    const entries = this.entries
      .slice(from, from + maxBytes)
      .map((entry, index) => ({ ...entry, offset: from + index }));
    return encoder.encode(JSON.stringify(entries));
  }

  appendAsFollower(records: Uint8Array): boolean {
    for (const { offset, ...entry } of decodeEntries(records)) {
      if (offset < this.endOffset) continue;
      if (offset > this.endOffset) return false;
      this.entries.push(entry);
    }
    return true;
  }

  append(epoch: LeaderEpoch, text: string): Offset {
    this.entries.push({ epoch, text });
    return this.endOffset - 1;
  }

  appendLeaderChange(epoch: LeaderEpoch, change: LeaderChange): void {
    this.entries.push({
      epoch,
      text: `leader ${change.leaderId} by ${change.grantingVoters.join('+')}`,
    });
  }

  appendVoters(epoch: LeaderEpoch, directories: ReadonlyMap<NodeId, Uuid>): void {
    const all = [...directories];
    this.entries.push({
      epoch,
      text: `voters ${all.map(([id, at]) => `${id}@${at}`).join(' ')}`,
      directories: all,
    });
  }

  truncateTo(offset: Offset): void {
    this.entries.length = Math.min(this.entries.length, offset);
  }

  get votersOffset(): Offset {
    return this.entries.findLastIndex((entry) => entry.directories !== undefined);
  }

  get voterDirectories(): ReadonlyMap<NodeId, Uuid> {
    return new Map(this.entries[this.votersOffset]?.directories ?? []);
  }
}
