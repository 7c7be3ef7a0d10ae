import type { LeaderEpoch, NodeId } from '../../../base/ids.ts';
import { atRisk } from '../../../base/mark.ts';
import type { Seen, SeenOf } from '../../history/seen.ts';
import { monotonicEpoch, singleLeader, singleVote } from '../../properties/cluster.ts';
import type { Invariant, Report } from '../contract.ts';
import { seenEvidence } from '../evidence.ts';

type LeaderStarted = SeenOf<'leader-started'>;
type QuorumState = SeenOf<'quorum-state'>;
type Vote = SeenOf<'vote-granted'>;
type Committed = SeenOf<'partition-committed'>;

/**
 * `single-leader`: one leader per partition and leader epoch, one controller per quorum epoch.
 * `single-vote`: one vote per voter and epoch, across restarts. `monotonic-epoch`: quorum epochs of
 * a node, and leader and partition epochs in the order of the metadata log, never fall.
 */
export function leadersInvariant(report: Report): Invariant {
  const leaders = new PartitionLeaders(report);
  const quorum = new Quorum(report);
  const states = new Map<string, Committed>();
  return {
    on: {
      'leader-started': (seen) => leaders.started(seen),
      'quorum-state': (seen) => quorum.state(seen),
      'vote-granted': (seen) => quorum.voted(seen),
      'partition-committed': (seen) => checkState(states, seen, report),
    },
    diskReplaced: (node) => quorum.forget(node),
  };
}

interface LeadersOfPartition {
  readonly byEpoch: Map<LeaderEpoch, LeaderStarted>;
  latest: NodeId;
}

class PartitionLeaders {
  readonly #report: Report;
  /** By topic id and partition: topics of one name come to an end on one node after another. */
  readonly #known = new Map<string, Map<string, LeadersOfPartition>>();

  constructor(report: Report) {
    this.#report = report;
  }

  started(seen: LeaderStarted): void {
    const { partition, topicId, leaderEpoch, node } = seen.observation;
    let ofTopic = this.#known.get(topicId);
    if (ofTopic === undefined) {
      ofTopic = new Map();
      this.#known.set(topicId, ofTopic);
    }
    let known = ofTopic.get(partition);
    if (known === undefined) {
      known = { byEpoch: new Map(), latest: -1 };
      ofTopic.set(partition, known);
    }
    const first = known.byEpoch.get(leaderEpoch);
    if (known.latest !== node && known.latest >= 0) atRisk(singleLeader);
    known.latest = node;
    if (first === undefined) known.byEpoch.set(leaderEpoch, seen);
    else if (first.observation.node !== node)
      reportSecond(partition, partition, leaderEpoch, [first, seen], this.#report);
  }
}

class Quorum {
  readonly #report: Report;
  readonly #leaders = new Map<LeaderEpoch, QuorumState>();
  readonly #newest = new Map<NodeId, QuorumState>();
  readonly #votes = new Map<NodeId, Map<LeaderEpoch, Vote>>();

  constructor(report: Report) {
    this.#report = report;
  }

  state(seen: QuorumState): void {
    const { node, epoch, role } = seen.observation;
    const before = this.#newest.get(node);
    if (before !== undefined && epoch < before.observation.epoch) {
      const what = `quorum epoch of node ${node}`;
      reportFall(what, null, [before, seen], [before.observation.epoch, epoch], this.#report);
    }
    if (before !== undefined && epoch > before.observation.epoch) atRisk(monotonicEpoch);
    this.#newest.set(node, seen);
    if (role !== 'leader') return;
    const first = this.#leaders.get(epoch);
    if (first === undefined) this.#leaders.set(epoch, seen);
    else if (first.observation.node !== node)
      reportSecond('the quorum', null, epoch, [first, seen], this.#report);
  }

  voted(seen: Vote): void {
    const { node, epoch, candidate } = seen.observation;
    let ofNode = this.#votes.get(node);
    if (ofNode === undefined) {
      ofNode = new Map();
      this.#votes.set(node, ofNode);
    }
    const first = ofNode.get(epoch);
    ofNode.set(epoch, seen);
    if (first === undefined || first.observation.candidate === candidate) return;
    this.#report(singleVote, {
      about: { node, epoch, first: first.observation.candidate, second: candidate },
      atUs: seen.atUs,
      partition: null,
      evidence: [seenEvidence(first), seenEvidence(seen)],
    });
  }

  forget(node: NodeId): void {
    this.#newest.delete(node);
    this.#votes.delete(node);
  }
}

/** Records of the metadata log count once each, in its order, whichever node shows them first. */
function checkState(states: Map<string, Committed>, seen: Committed, report: Report): void {
  const { partition, offset, topicId, leaderEpoch, partitionEpoch } = seen.observation;
  const known = states.get(partition);
  if (known !== undefined && offset <= known.observation.offset) return;
  states.set(partition, seen);
  if (known === undefined || known.observation.topicId !== topicId) return;
  const before = known.observation;
  const both = [known, seen] as const;
  if (leaderEpoch > before.leaderEpoch) atRisk(monotonicEpoch);
  if (leaderEpoch < before.leaderEpoch) {
    const epochs = [before.leaderEpoch, leaderEpoch] as const;
    reportFall(`leader epoch of ${partition}`, partition, both, epochs, report);
  }
  if (partitionEpoch <= before.partitionEpoch) {
    const epochs = [before.partitionEpoch, partitionEpoch] as const;
    reportFall(`partition epoch of ${partition}`, partition, both, epochs, report);
  }
}

function reportSecond(
  what: string,
  partition: string | null,
  epoch: LeaderEpoch,
  [first, second]: readonly [LeaderStarted | QuorumState, LeaderStarted | QuorumState],
  report: Report,
): void {
  report(singleLeader, {
    about: { what, epoch, first: first.observation.node, second: second.observation.node },
    atUs: second.atUs,
    partition,
    evidence: [seenEvidence(first), seenEvidence(second)],
  });
}

function reportFall(
  what: string,
  partition: string | null,
  [first, second]: readonly [Seen, Seen],
  [before, now]: readonly [number, number],
  report: Report,
): void {
  report(monotonicEpoch, {
    about: { what, before, now },
    atUs: second.atUs,
    partition,
    evidence: [seenEvidence(first), seenEvidence(second)],
  });
}
