/**
 * Asks a leader where its log of one partition starts and ends, as a follower does that is out of
 * range.
 */
import type { LeaderEpoch, Micros, NodeId, Offset } from '../../base/ids.ts';
import type { ListOffsetsResponse } from '../protocol/apis/02-list-offsets.ts';
import { listOffsetsApi } from '../protocol/apis/02-list-offsets.ts';
import { errorCode } from '../protocol/errors.ts';
import type { Channel } from '../rpc/contract.ts';
import { earliestTimestamp, latestTimestamp } from './contract.ts';
import type { PartitionIdentity } from './partition-environment.ts';

export interface LeaderOffsets {
  readonly start: Offset;
  readonly end: Offset;
}

const version = 8;

/** `done` gets null where the leader cannot be reached or does not answer for this epoch. */
export function findLeaderOffsets(
  channel: Channel,
  node: NodeId,
  partition: PartitionIdentity,
  currentLeaderEpoch: LeaderEpoch,
  timeoutUs: Micros,
  done: (offsets: LeaderOffsets | null) => void,
): void {
  const ask = (timestamp: number, then: (offset: Offset | null) => void): void => {
    const partitions = [{ partitionIndex: partition.index, currentLeaderEpoch, timestamp }];
    const body = {
      replicaId: node,
      isolationLevel: 0,
      topics: [{ name: partition.topic, partitions }],
    };
    channel.send(listOffsetsApi, version, body, timeoutUs, (answer) => then(offsetIn(answer)));
  };
  // The end first: were the start asked first, it could have moved past an end that is newer.
  ask(latestTimestamp, (end) => {
    if (end === null) done(null);
    else ask(earliestTimestamp, (start) => done(start === null ? null : { start, end }));
  });
}

function offsetIn(answer: ListOffsetsResponse | null): Offset | null {
  const part = answer?.topics[0]?.partitions[0];
  return part === undefined || part.errorCode !== errorCode.none || part.offset < 0
    ? null
    : part.offset;
}
