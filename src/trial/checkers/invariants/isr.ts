import type { NodeId } from '../../../base/ids.ts';
import type { Observation } from '../../../kafka/observation.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterLogs } from '../partition-logs.ts';

type Committed = Extract<Observation, { kind: 'partition-committed' }>;
type LeaderIsr = Extract<Observation, { kind: 'isr-changed' }>;

/**
 * `isr-superset`: the ISR by which a leader counts contains the controller's ISR of the same leader
 * epoch. `candidate-completeness`: whoever may be elected cleanly (ISR and ELR) holds all that was
 * committed.
 */
export function isrInvariant(logs: ClusterLogs, report: Report): Invariant {
  const committed = new Map<string, Committed>();
  const leaders = new Map<string, LeaderIsr>();
  return {
    observe(observation, atUs) {
      if (observation.kind === 'isr-changed') {
        leaders.set(observation.partition, observation);
        checkSuperset(observation, committed.get(observation.partition), atUs, report);
      } else if (observation.kind === 'partition-committed') {
        const known = committed.get(observation.partition);
        if (known !== undefined && known.offset >= observation.offset) return;
        committed.set(observation.partition, observation);
        checkSuperset(leaders.get(observation.partition), observation, atUs, report);
        checkCandidates(logs, observation, atUs, report);
      }
    },
  };
}

function checkSuperset(
  leader: LeaderIsr | undefined,
  state: Committed | undefined,
  atUs: number,
  report: Report,
): void {
  if (leader === undefined || state === undefined || leader.topicId !== state.topicId) return;
  if (leader.leaderEpoch !== state.leaderEpoch || leader.node !== state.leader) return;
  const missing = state.isr.filter((node) => !leader.maximalIsr.includes(node));
  if (missing.length === 0) return;
  report({
    property: 'isr-superset',
    message:
      `leader ${leader.node} of ${state.partition} counts on [${leader.maximalIsr.join(', ')}], ` +
      `but the controller's ISR [${state.isr.join(', ')}] has node ${missing.join(', ')} too`,
    atUs,
    partition: state.partition,
    evidence: [`leader epoch ${state.leaderEpoch}, partition epoch ${state.partitionEpoch}`],
  });
}

function checkCandidates(logs: ClusterLogs, state: Committed, atUs: number, report: Report): void {
  const partition = logs.partition(state.partition, state.topicId);
  const lacks = (node: NodeId): boolean => {
    const replica = partition.replica(node);
    // One that lost writes is taken out when it registers; until then it is not a live candidate.
    if (replica.recovering) return false;
    return (
      replica.end < partition.committed.end ||
      partition.firstDifference(replica, replica.end) !== null
    );
  };
  for (const node of [...state.isr, ...state.elr]) {
    if (!lacks(node)) continue;
    report({
      property: 'candidate-completeness',
      message:
        `node ${node} may be elected leader of ${state.partition} and ends at ` +
        `${partition.replica(node).end}, but all below ${partition.committed.end} was committed`,
      atUs,
      partition: state.partition,
      evidence: [`ISR [${state.isr.join(', ')}], ELR [${state.elr.join(', ')}]`],
    });
  }
}
