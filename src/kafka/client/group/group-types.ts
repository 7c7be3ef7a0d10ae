/** What a consumer of a group is told, under Kafka's names, with Kafka's defaults. */
import type { Micros, Offset } from '../../../base/ids.ts';
import { msToMicros } from '../../../base/time.ts';
import type { ConsumerOptions } from '../consume/consumer-types.ts';
import { ClientError } from '../errors.ts';
import type { ClientSettings } from '../settings.ts';
import type { Assignor } from './assign/assignor.ts';
import { type AssignorName, assignorOf } from './assign/assignors.ts';
import type { OnCommitted } from './committer.ts';
import type { MemberSettings } from './member/membership.ts';
import type { OffsetToCommit } from './offset-requests.ts';
import type { TopicPartition } from './topic-partition.ts';

/**
 * May take its time; the rebalance goes on when it is done. What it throws is an error to report.
 */
export type RebalanceListener = (partitions: readonly TopicPartition[]) => void | Promise<void>;

export interface GroupConsumerOptions extends Omit<ConsumerOptions, 'onRecords'> {
  readonly groupId: string;
  readonly groupProtocol?: 'classic' | 'consumer';
  /** A static member keeps its partitions over a restart (KIP-345). */
  readonly groupInstanceId?: string;
  readonly clientRack?: string;
  /** Classic: the group takes the first that all its members have. */
  readonly assignors?: readonly (AssignorName | Assignor)[];
  /** KIP-848: `uniform` or `range`; the coordinator chooses where not given. */
  readonly remoteAssignor?: string;
  /** With KIP-848 the coordinator has its own; a member takes itself for lost after this. */
  readonly sessionTimeoutMs?: number;
  readonly heartbeatIntervalMs?: number;
  /** An application that takes longer from poll to poll is put out of its group (KIP-62). */
  readonly maxPollIntervalMs?: number;
  readonly maxPollRecords?: number;
  readonly enableAutoCommit?: boolean;
  readonly autoCommitIntervalMs?: number;
  /** Bound of a commit and of other questions to the coordinator. */
  readonly defaultApiTimeoutMs?: number;
  /** New among the owned partitions; a `seek` here decides where they begin. */
  readonly onAssigned?: RebalanceListener;
  /** About to be given up: nothing of them is read any more, and they may still be committed. */
  readonly onRevoked?: RebalanceListener;
  /** Somebody else may have them already: they cannot be committed any more. */
  readonly onLost?: RebalanceListener;
  /** Where a partition begins: behind what was committed, by the reset policy where it is null. */
  readonly onStart?: (partition: TopicPartition, committed: Offset | null) => void;
  /** Told of every commit as it is asked for, by time too; what it returns, of its outcome. */
  readonly onCommit?: (offsets: readonly OffsetToCommit[]) => OnCommitted;
}

export interface GroupSettings {
  readonly member: MemberSettings;
  readonly protocol: 'classic' | 'consumer';
  readonly assignors: readonly Assignor[];
  readonly remoteAssignor: string | null;
  readonly maxPollRecords: number;
  readonly autoCommit: boolean;
  readonly autoCommitIntervalUs: Micros;
  readonly apiTimeoutUs: Micros;
}

export function resolveGroupSettings(
  options: GroupConsumerOptions,
  client: ClientSettings,
): GroupSettings {
  if (options.groupId === '') {
    throw new ClientError('invalid-argument', 'groupId must not be empty');
  }
  const assignors = options.assignors ?? ['range', 'cooperative-sticky'];
  if (assignors.length === 0) {
    throw new ClientError('invalid-argument', 'assignors must name at least one');
  }
  return {
    member: memberSettings(options, client),
    protocol: options.groupProtocol ?? 'classic',
    assignors: assignors.map(assignorOf),
    remoteAssignor: options.remoteAssignor ?? null,
    maxPollRecords: positive('maxPollRecords', options.maxPollRecords ?? 500),
    autoCommit: options.enableAutoCommit ?? true,
    autoCommitIntervalUs: msToMicros(
      positive('autoCommitIntervalMs', options.autoCommitIntervalMs ?? 5000),
    ),
    apiTimeoutUs: msToMicros(
      positive('defaultApiTimeoutMs', options.defaultApiTimeoutMs ?? 60_000),
    ),
  };
}

function memberSettings(options: GroupConsumerOptions, client: ClientSettings): MemberSettings {
  const sessionTimeoutMs = positive('sessionTimeoutMs', options.sessionTimeoutMs ?? 45_000);
  const heartbeatIntervalMs = positive('heartbeatIntervalMs', options.heartbeatIntervalMs ?? 3000);
  const maxPollIntervalMs = positive('maxPollIntervalMs', options.maxPollIntervalMs ?? 300_000);
  if (heartbeatIntervalMs >= sessionTimeoutMs) {
    const text = 'heartbeatIntervalMs must be less than sessionTimeoutMs';
    throw new ClientError('invalid-argument', text);
  }
  return {
    groupId: options.groupId,
    instanceId: options.groupInstanceId ?? null,
    rack: options.clientRack ?? null,
    sessionTimeoutUs: msToMicros(sessionTimeoutMs),
    heartbeatIntervalUs: msToMicros(heartbeatIntervalMs),
    maxPollIntervalUs: msToMicros(maxPollIntervalMs),
    requestTimeoutUs: client.requestTimeoutUs,
    rules: client.rules,
  };
}

function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0 && value <= 0x7fff_ffff) return value;
  throw new ClientError('invalid-argument', `${name} must be a positive integer, not ${value}`);
}
