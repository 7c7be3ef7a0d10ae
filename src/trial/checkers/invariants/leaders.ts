import type { LeaderEpoch, NodeId, Offset, PartitionEpoch } from '../../../base/ids.ts';
import type { Observation } from '../../../kafka/observation.ts';
import type { Invariant, Report } from '../contract.ts';

interface EpochLeaders {
  topicId: string;
  readonly leaders: Map<LeaderEpoch, NodeId>;
}

interface NewestState {
  topicId: string;
  offset: Offset;
  leaderEpoch: LeaderEpoch;
  partitionEpoch: PartitionEpoch;
}

/**
 * `single-leader`: one leader per partition and leader epoch, one controller per quorum epoch.
 * `single-vote`: one vote per voter and epoch, across restarts. `monotonic-epoch`: quorum epochs of
 * a node, and leader and partition epochs in the order of the metadata log, never fall.
 */
export function leadersInvariant(report: Report): Invariant {
  const partitions = new Map<string, EpochLeaders>();
  const controllers = new Map<LeaderEpoch, NodeId>();
  const quorumEpochs = new Map<NodeId, LeaderEpoch>();
  const votes = new Map<NodeId, Map<LeaderEpoch, NodeId>>();
  const states = new Map<string, NewestState>();

  const second = (
    atUs: number,
    what: string,
    epoch: LeaderEpoch,
    partition: string | null,
    nodes: [NodeId, NodeId],
  ): void =>
    report({
      property: 'single-leader',
      message: `nodes ${nodes[0]} and ${nodes[1]} both lead ${what} in epoch ${epoch}`,
      atUs,
      partition,
      evidence: [],
    });

  const leaderStarted = (
    o: Extract<Observation, { kind: 'leader-started' }>,
    atUs: number,
  ): void => {
    let known = partitions.get(o.partition);
    if (known === undefined || known.topicId !== o.topicId) {
      known = { topicId: o.topicId, leaders: new Map() };
      partitions.set(o.partition, known);
    }
    const leader = known.leaders.get(o.leaderEpoch);
    if (leader === undefined) known.leaders.set(o.leaderEpoch, o.node);
    else if (leader !== o.node)
      second(atUs, o.partition, o.leaderEpoch, o.partition, [leader, o.node]);
  };

  const quorumState = (o: Extract<Observation, { kind: 'quorum-state' }>, atUs: number): void => {
    const before = quorumEpochs.get(o.node) ?? 0;
    if (o.epoch < before)
      reportFall(report, atUs, null, `quorum epoch of node ${o.node}`, before, o.epoch);
    quorumEpochs.set(o.node, o.epoch);
    if (o.role !== 'leader') return;
    const leader = controllers.get(o.epoch);
    if (leader === undefined) controllers.set(o.epoch, o.node);
    else if (leader !== o.node) second(atUs, 'the quorum', o.epoch, null, [leader, o.node]);
  };

  const voteGranted = (o: Extract<Observation, { kind: 'vote-granted' }>, atUs: number): void => {
    let ofNode = votes.get(o.node);
    if (ofNode === undefined) {
      ofNode = new Map();
      votes.set(o.node, ofNode);
    }
    const candidate = ofNode.get(o.epoch);
    ofNode.set(o.epoch, o.candidate);
    if (candidate === undefined || candidate === o.candidate) return;
    report({
      property: 'single-vote',
      message: `node ${o.node} voted for node ${candidate} and for node ${o.candidate} in epoch ${o.epoch}`,
      atUs,
      partition: null,
      evidence: [],
    });
  };

  const committed = (
    o: Extract<Observation, { kind: 'partition-committed' }>,
    atUs: number,
  ): void => {
    const known = states.get(o.partition);
    if (known === undefined || (known.topicId !== o.topicId && o.offset > known.offset)) {
      states.set(o.partition, { ...o });
      return;
    }
    if (known.topicId !== o.topicId || o.offset <= known.offset) return;
    const name = o.partition;
    if (o.leaderEpoch < known.leaderEpoch) {
      reportFall(report, atUs, name, `leader epoch of ${name}`, known.leaderEpoch, o.leaderEpoch);
    }
    if (o.partitionEpoch <= known.partitionEpoch) {
      reportFall(
        report,
        atUs,
        name,
        `partition epoch of ${name}`,
        known.partitionEpoch,
        o.partitionEpoch,
      );
    }
    known.offset = o.offset;
    known.leaderEpoch = o.leaderEpoch;
    known.partitionEpoch = o.partitionEpoch;
  };

  return {
    observe(observation, atUs) {
      if (observation.kind === 'leader-started') leaderStarted(observation, atUs);
      else if (observation.kind === 'quorum-state') quorumState(observation, atUs);
      else if (observation.kind === 'vote-granted') voteGranted(observation, atUs);
      else if (observation.kind === 'partition-committed') committed(observation, atUs);
    },
    diskReplaced(node) {
      quorumEpochs.delete(node);
      votes.delete(node);
    },
  };
}

function reportFall(
  report: Report,
  atUs: number,
  partition: string | null,
  what: string,
  before: number,
  now: number,
): void {
  report({
    property: 'monotonic-epoch',
    message: `the ${what} went from ${before} to ${now}`,
    atUs,
    partition,
    evidence: [],
  });
}
