import type { NodeId } from '../../../base/ids.ts';
import { atRisk, isCounted } from '../../../base/mark.ts';
import type { SeenOf } from '../../history/seen.ts';
import { candidateCompleteness, isrSuperset } from '../../properties/replicas.ts';
import type { Invariant, Report } from '../contract.ts';
import { seenEvidence } from '../evidence.ts';
import type { ClusterLogs } from '../partition-logs.ts';

type Committed = SeenOf<'partition-committed'>;
type LeaderIsr = SeenOf<'isr-changed'>;

/**
 * `isr-superset`: the ISR by which a leader counts contains the controller's ISR of the same leader
 * epoch. `candidate-completeness`: whoever may be elected cleanly (ISR and ELR) holds all that was
 * committed.
 */
export function isrInvariant(logs: ClusterLogs, report: Report): Invariant {
  const committed = new Map<string, Committed>();
  const leaders = new Map<string, LeaderIsr>();
  const nameOf = ({ observation: { partition, topicId } }: Committed | LeaderIsr): string =>
    logs.incarnations.nameOfPartition(partition, topicId);
  return {
    on: {
      'isr-changed': (seen) => {
        const name = nameOf(seen);
        leaders.set(name, seen);
        checkSuperset(name, seen, committed.get(name), seen.atUs, report);
      },
      'partition-committed': (seen) => {
        const { offset } = seen.observation;
        const name = nameOf(seen);
        const known = committed.get(name);
        if (known !== undefined && known.observation.offset >= offset) return;
        committed.set(name, seen);
        checkSuperset(name, leaders.get(name), seen, seen.atUs, report);
        checkCandidates(logs, seen, report);
      },
    },
  };
}

function checkSuperset(
  partition: string,
  leaderSeen: LeaderIsr | undefined,
  stateSeen: Committed | undefined,
  atUs: number,
  report: Report,
): void {
  if (leaderSeen === undefined || stateSeen === undefined) return;
  const { observation: leader } = leaderSeen;
  const { observation: state } = stateSeen;
  if (leader.leaderEpoch !== state.leaderEpoch || leader.node !== state.leader) return;
  if (leader.maximalIsr.length !== state.isr.length) atRisk(isrSuperset);
  const missing = state.isr.filter((node) => !leader.maximalIsr.includes(node));
  if (missing.length === 0) return;
  const { isr } = state;
  report(isrSuperset, {
    about: { partition, leader: leader.node, counted: leader.maximalIsr, isr, missing },
    atUs,
    partition,
    evidence: [seenEvidence(leaderSeen), seenEvidence(stateSeen)],
  });
}

function checkCandidates(logs: ClusterLogs, seen: Committed, report: Report): void {
  const { topicId, isr, elr, replicas } = seen.observation;
  const partition = logs.partition(seen.observation.partition, topicId);
  const name = partition.partition;
  if (partition.isDeleted) return;
  const isBehind = (node: NodeId): boolean => partition.replica(node).end < partition.committed.end;
  if (isCounted() && replicas.some(isBehind)) atRisk(candidateCompleteness);
  const lacks = (node: NodeId): boolean => {
    const replica = partition.replica(node);
    // One that lost writes is taken out when it registers; until then it is not a live candidate.
    if (replica.recovering) return false;
    return (
      replica.end < partition.committed.end ||
      partition.firstDifference(replica, replica.end) !== null
    );
  };
  for (const node of [...isr, ...elr]) {
    if (!lacks(node)) continue;
    const { end } = partition.replica(node);
    report(candidateCompleteness, {
      about: { partition: name, node, end, committed: partition.committed.end },
      atUs: seen.atUs,
      partition: name,
      evidence: [seenEvidence(seen)],
    });
  }
}
