import { type LeaderEpoch, type NodeId, type Offset, zeroUuid } from '../../../base/ids.ts';
import type { Observation } from '../../../kafka/observation.ts';
import type { Invariant, Report } from '../contract.ts';
import { at } from '../describe.ts';
import { type ClusterLogs, metadataPartition, type PartitionLogs } from '../partition-logs.ts';
import { describeBatch, type ReplicaLog } from '../replica-log.ts';

/**
 * What must hold between the replicas of a partition whenever a high watermark moves or a leader
 * starts: `log-matching` and `metadata-log-matching`, `high-watermark-replicated`,
 * `monotonic-high-watermark`, `leader-completeness`, `no-truncation-below-hw`. Each batch of each
 * replica is looked at once.
 */
export function logsInvariant(
  logs: ClusterLogs,
  voters: readonly NodeId[],
  report: Report,
): Invariant {
  const quorumLeaders = new Map<NodeId, boolean>();
  return {
    observe(observation, atUs) {
      switch (observation.kind) {
        case 'high-watermark': {
          const partition = logs.partition(observation.partition, observation.topicId);
          highWatermarkMoved(partition, observation, atUs, report);
          return;
        }
        case 'quorum-high-watermark':
          quorumHighWatermarkMoved(
            logs.partition(metadataPartition, zeroUuid),
            observation,
            voters,
            atUs,
            report,
          );
          return;
        case 'leader-started': {
          const partition = logs.partition(observation.partition, observation.topicId);
          leaderStarted(partition, observation.node, observation.leaderEpoch, atUs, report);
          return;
        }
        case 'quorum-state': {
          const leads = observation.role === 'leader';
          if (leads && quorumLeaders.get(observation.node) !== true) {
            const partition = logs.partition(metadataPartition, zeroUuid);
            leaderStarted(partition, observation.node, observation.epoch, atUs, report);
          }
          quorumLeaders.set(observation.node, leads);
          return;
        }
        case 'log-truncated':
          if (observation.to < observation.highWatermark)
            reportTruncation(observation, atUs, report);
          return;
        default:
          return;
      }
    },
  };
}

type Moved = Extract<Observation, { kind: 'high-watermark' }>;
type QuorumMoved = Extract<Observation, { kind: 'quorum-high-watermark' }>;

function highWatermarkMoved(
  partition: PartitionLogs,
  moved: Moved,
  atUs: number,
  report: Report,
): void {
  const replica = partition.replica(moved.node);
  if (moved.role === 'leader') {
    // A new leader starts from what it knew as a follower: only within its epoch may the mark never
    // fall.
    const sameEpoch = replica.leadingEpoch === moved.leaderEpoch;
    replica.leadingEpoch = moved.leaderEpoch;
    if (sameEpoch) checkNoFall(partition, replica, moved.highWatermark, atUs, report);
    const isr = moved.maximalIsr ?? [];
    partition.commit(replica, moved.highWatermark, moved.leaderEpoch);
    checkReplicated(partition, isr, isr.length, moved.highWatermark, atUs, report);
  } else replica.leadingEpoch = -1;
  replica.highWatermark = moved.highWatermark;
  checkMatching(partition, replica, moved.highWatermark, atUs, report);
}

function quorumHighWatermarkMoved(
  partition: PartitionLogs,
  moved: QuorumMoved,
  voters: readonly NodeId[],
  atUs: number,
  report: Report,
): void {
  const replica = partition.replica(moved.node);
  checkNoFall(partition, replica, moved.highWatermark, atUs, report);
  replica.highWatermark = moved.highWatermark;
  if (moved.role === 'leader') {
    partition.commit(replica, moved.highWatermark, moved.epoch);
    const majority = Math.floor(voters.length / 2) + 1;
    checkReplicated(partition, voters, majority, moved.highWatermark, atUs, report);
  }
  checkMatching(partition, replica, moved.highWatermark, atUs, report);
}

function checkNoFall(
  partition: PartitionLogs,
  replica: ReplicaLog,
  now: Offset,
  atUs: number,
  report: Report,
): void {
  if (now >= replica.highWatermark) return;
  report({
    property: 'monotonic-high-watermark',
    message: `the high watermark of ${partition.partition} on node ${replica.node} fell from ${replica.highWatermark} to ${now}`,
    atUs,
    partition: partition.partition,
    evidence: [],
  });
}

/** At least `needed` of `nodes` must hold all below `highWatermark`. */
function checkReplicated(
  partition: PartitionLogs,
  nodes: readonly NodeId[],
  needed: number,
  highWatermark: Offset,
  atUs: number,
  report: Report,
): void {
  const lacks = (node: NodeId): boolean => {
    const replica = partition.replica(node);
    return replica.end < highWatermark && !replica.recovering;
  };
  let holding = 0;
  for (const node of nodes) if (!lacks(node)) holding++;
  if (holding >= needed) return;
  const lacking = nodes.filter(lacks);
  report({
    property: 'high-watermark-replicated',
    message:
      `the high watermark of ${partition.partition} became ${highWatermark}, but node ` +
      `${lacking.join(', ')} ends at ${lacking.map((node) => partition.replica(node).end).join(', ')}`,
    atUs,
    partition: partition.partition,
    evidence: [`counted on nodes ${nodes.join(', ')}`],
  });
}

function checkMatching(
  partition: PartitionLogs,
  replica: ReplicaLog,
  upTo: Offset,
  atUs: number,
  report: Report,
): void {
  const difference = partition.firstDifference(replica, Math.min(upTo, replica.end));
  if (difference === null) return;
  // Said once: what lies below is taken as compared.
  replica.matchedEnd = Math.max(replica.matchedEnd, difference.committed.lastOffset + 1);
  const { committed, own } = difference;
  const isMetadata = partition.partition === metadataPartition;
  report({
    property: isMetadata ? 'metadata-log-matching' : 'log-matching',
    message: `node ${replica.node} differs from the committed log of ${partition.partition} at offset ${committed.baseOffset}`,
    atUs,
    partition: partition.partition,
    evidence: [
      `committed: ${describeBatch(committed)}`,
      `node ${replica.node}: ${own === null ? 'nothing there' : describeBatch(own)}`,
    ],
  });
}

function leaderStarted(
  partition: PartitionLogs,
  node: NodeId,
  epoch: LeaderEpoch,
  atUs: number,
  report: Report,
): void {
  const replica = partition.replica(node);
  const owed = partition.committedBefore(epoch);
  const difference = partition.firstDifference(replica, owed);
  if (difference === null && replica.end >= owed) return;
  const missing = difference?.committed ?? partition.committed.batchAt(Math.max(0, owed - 1));
  report({
    property: 'leader-completeness',
    message:
      `node ${node} leads ${partition.partition} from epoch ${epoch} on and ends at ` +
      `${replica.end}, but all below ${owed} was committed before`,
    atUs,
    partition: partition.partition,
    evidence: missing === undefined ? [at(atUs)] : [`missing: ${describeBatch(missing)}`],
  });
}

function reportTruncation(
  cut: Extract<Observation, { kind: 'log-truncated' }>,
  atUs: number,
  report: Report,
): void {
  report({
    property: 'no-truncation-below-hw',
    message: `node ${cut.node} cut ${cut.partition} to ${cut.to}, below its high watermark ${cut.highWatermark}`,
    atUs,
    partition: cut.partition,
    evidence: [],
  });
}
