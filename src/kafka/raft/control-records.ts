/**
 * The quorum's own records in the metadata log. They stand in control batches; the key is a version
 * and a type, 16 bits each. LeaderChange (2) opens each leader's epoch, Voters (6, KIP-853) binds
 * voters to directories.
 */
import type { LeaderEpoch, NodeId, Uuid, WallMs } from '../../base/ids.ts';
import type { Voter } from '../config.ts';
import { decodeMessage, encodeMessage } from '../protocol/message.ts';
import {
  arrayOfStructs,
  defineMessage,
  int16,
  int32,
  string,
  struct,
  uint16,
  uuid,
} from '../protocol/schema.ts';
import { buildBatch } from '../records/builder.ts';
import type { StoredRecord } from '../records/reader.ts';
import type { LeaderChange } from './raft-log.ts';

const leaderChangeType = 2;
const votersType = 6;

const leaderChangeMessage = defineMessage({
  name: 'LeaderChangeMessage',
  versions: [0, 0],
  flexibleFrom: 0,
  fields: {
    version: int16(),
    leaderId: int32(),
    voters: arrayOfStructs({ voterId: int32() }),
    grantingVoters: arrayOfStructs({ voterId: int32() }),
  },
});

const votersMessage = defineMessage({
  name: 'VotersRecord',
  versions: [0, 0],
  flexibleFrom: 0,
  fields: {
    version: int16(),
    voters: arrayOfStructs({
      voterId: int32(),
      voterDirectoryId: uuid(),
      endpoints: arrayOfStructs({ name: string(), host: string(), port: uint16() }),
      kRaftVersionFeature: struct({ minSupportedVersion: int16(), maxSupportedVersion: int16() }),
    }),
  },
});

export function leaderChangeBatch(
  epoch: LeaderEpoch,
  change: LeaderChange,
  timestamp: WallMs,
): Uint8Array {
  const value = encodeMessage(leaderChangeMessage, 0, {
    version: 0,
    leaderId: change.leaderId,
    voters: change.voters.map((voterId) => ({ voterId })),
    grantingVoters: change.grantingVoters.map((voterId) => ({ voterId })),
  });
  return controlBatch(leaderChangeType, value, epoch, timestamp);
}

export function votersBatch(
  epoch: LeaderEpoch,
  voters: readonly Voter[],
  directories: ReadonlyMap<NodeId, Uuid>,
  timestamp: WallMs,
): Uint8Array {
  const bound = voters.filter((voter) => directories.has(voter.nodeId));
  const value = encodeMessage(votersMessage, 0, {
    version: 0,
    voters: bound.map(({ nodeId, host, port }) => ({
      voterId: nodeId,
      voterDirectoryId: directories.get(nodeId) as Uuid,
      endpoints: [{ name: 'CONTROLLER', host, port }],
      kRaftVersionFeature: { minSupportedVersion: 0, maxSupportedVersion: 1 },
    })),
  });
  return controlBatch(votersType, value, epoch, timestamp);
}

/** The voters' directories that a control record tells; null for records about something else. */
export function readVoters(record: StoredRecord): ReadonlyMap<NodeId, Uuid> | null {
  const { key, value } = record;
  if (key === null || value === null || key.length < 4) return null;
  if ((((key[2] as number) << 8) | (key[3] as number)) !== votersType) return null;
  const { voters } = decodeMessage(votersMessage, 0, value, 0);
  return new Map(voters.map((voter) => [voter.voterId, voter.voterDirectoryId]));
}

function controlBatch(
  type: number,
  value: Uint8Array,
  leaderEpoch: LeaderEpoch,
  timestamp: WallMs,
): Uint8Array {
  const records = [{ timestamp, key: Uint8Array.of(0, 0, 0, type), value, headers: [] }];
  return buildBatch({ records, leaderEpoch, control: true });
}
