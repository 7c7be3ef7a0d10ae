/**
 * Steps from one state to the next that every cluster takes sooner or later: of voters, of
 * replicas, of a partition's ISR and elections. A closed list, so that a sweep can say which it
 * never saw.
 */
import type { NodeId } from '../../base/ids.ts';
import type { MetadataObservation, Observation } from '../../kafka/observation.ts';
import type { Members } from './sort.ts';

/** What a node of the quorum becomes, from what it was. */
export const quorumSteps = {
  'started > unattached': { means: 'it knows no leader when it starts' },
  'started > follower': { means: 'it starts with a leader that it remembers' },
  'started > resigned': { means: 'it led when it ended, and does not any more' },
  'started > observer': { means: 'a broker that is no voter starts' },
  'unattached > follower': { means: 'it hears of a leader' },
  'unattached > prospective': {
    means: 'it has waited for a leader, and asks whether it could win',
  },
  'unattached > candidate': { means: 'the only voter starts' },
  'unattached > unattached': { means: 'it votes, or hears of a later epoch without a leader' },
  'prospective > candidate': { means: 'a majority would elect it' },
  'prospective > follower': { means: 'it hears of a leader before it was a candidate' },
  'prospective > unattached': { means: 'a majority would not elect it, or a later epoch began' },
  'prospective > prospective': { means: 'it votes for another while it asks' },
  'candidate > leader': { means: 'it is elected' },
  'candidate > follower': { means: 'another is elected' },
  'candidate > unattached': { means: 'another stands in a later epoch' },
  'candidate > prospective': { means: 'its election was in vain, and it begins again' },
  'leader > follower': { means: 'it hears of a leader of a later epoch' },
  'leader > unattached': { means: 'it hears of a later epoch without a leader' },
  'leader > resigned': { means: 'a majority is out of its reach, or it shuts down' },
  'resigned > follower': { means: 'its successor is elected' },
  'resigned > unattached': { means: 'it hears of a later epoch, or has waited for one' },
  'resigned > candidate': { means: 'the only voter starts, and led before' },
  'follower > prospective': { means: 'its leader is not heard any more' },
  'follower > unattached': { means: 'it hears of a later epoch without a leader' },
  'follower > follower': { means: 'it hears of the leader of a later epoch' },
  'follower > observer': { means: 'it learns that its disk is not the one that votes' },
  'observer > observer': { means: 'an observer hears of a later epoch or of its leader' },
} as const satisfies Members;

/** What a replica of a partition becomes, from what it was. */
export const replicaSteps = {
  'opened > leader': { means: 'it leads after a start of its broker' },
  'opened > follower': { means: 'it follows after a start of its broker' },
  'follower > leader': { means: 'it is elected' },
  'leader > follower': { means: 'another is elected, and it follows' },
  'leader > leader': { means: 'it leads in a later epoch too' },
  'follower > follower': { means: 'it follows in a later epoch' },
  'leader > deleted': { means: 'it is removed with its topic or for another, while it leads' },
  'follower > deleted': { means: 'it is removed with its topic or for another, while it follows' },
} as const satisfies Members;

/** What becomes of a partition's ISR and leadership, as the metadata log has it. */
export const isrSteps = {
  shrunk: { means: 'the ISR loses a member' },
  alone: { means: 'its last other member leaves the ISR' },
  expanded: { means: 'a replica comes into the ISR' },
  full: { means: 'every replica is in the ISR again' },
  reordered: { means: 'its replicas have another order of preference' },
  moving: { means: 'replicas are being added, or are to go' },
  moved: { means: 'it has the replicas that were wanted, others than it had' },
  'move cancelled': { means: 'replicas that were being added go again' },
  'elr filled': {
    means: 'a replica that holds all that is committed leaves an ISR below its minimum',
  },
  'elr emptied': { means: 'the ELR is not needed any more' },
  leaderless: { means: 'nobody leads' },
  'elected clean': { means: 'a member of the ISR is elected' },
  'elected elr': { means: 'a member of the ELR is elected' },
  'elected last-known-leader': { means: 'the last known leader is elected' },
  'elected unclean': { means: 'a replica is elected that may lack committed records' },
  proposed: { means: 'a leader counts on more than the controller has confirmed' },
  'taken back': { means: 'a leader gives up a change that it has proposed' },
} as const satisfies Members;

type Committed = Extract<MetadataObservation, { kind: 'partition-committed' }>;
type IsrChanged = Extract<Observation, { kind: 'isr-changed' }>;

type Take = (sort: 'quorum' | 'replica' | 'isr', step: string) => void;

/** Follows nodes, replicas and partitions from state to state. */
export class Steps {
  readonly #take: Take;
  readonly #quorum = new Map<NodeId, { readonly role: string; readonly epoch: number }>();
  readonly #replicas = new Map<string, string>();
  readonly #committed = new Map<string, Committed>();
  readonly #leaders = new Map<string, IsrChanged>();

  constructor(take: Take) {
    this.#take = take;
  }

  observe(seen: Observation): void {
    switch (seen.kind) {
      case 'quorum-state':
        this.#quorumState(seen.node, seen.role, seen.epoch);
        return;
      case 'leader-started':
        this.#replica(seen, 'leader');
        return;
      case 'follower-started':
        this.#replica(seen, 'follower');
        return;
      case 'log-opened':
        // Every node opens the metadata log once, when it starts.
        if (seen.partition === metadataPartition) this.#quorum.delete(seen.node);
        else this.#replicas.set(`${seen.node} ${seen.partition}`, 'opened');
        return;
      case 'log-deleted':
        this.#replica(seen, 'deleted');
        return;
      case 'partition-committed':
        this.#state(seen);
        return;
      case 'isr-changed':
        this.#isrChanged(seen);
        return;
      default:
        return;
    }
  }

  #quorumState(node: NodeId, role: string, epoch: number): void {
    const before = this.#quorum.get(node);
    this.#quorum.set(node, { role, epoch });
    this.#take('quorum', `${before?.role ?? 'started'} > ${role}`);
  }

  #replica({ node, partition }: { node: NodeId; partition: string }, role: string): void {
    const key = `${node} ${partition}`;
    const before = this.#replicas.get(key) ?? 'opened';
    this.#replicas.set(key, role);
    const isStep = `${before} > ${role}` in replicaSteps;
    if (isStep) this.#take('replica', `${before} > ${role}`);
  }

  /** Each record of the metadata log counts once, whoever shows it first. */
  #state(state: Committed): void {
    const before = this.#committed.get(state.partition);
    if (before !== undefined && before.offset >= state.offset) return;
    this.#committed.set(state.partition, state);
    const take = (step: keyof typeof isrSteps): void => this.#take('isr', step);
    if (state.election !== 'none') take(`elected ${state.election}`);
    if (before === undefined || before.topicId !== state.topicId) return;
    const { isr, elr, leader, replicas } = state;
    const move = moveOf(before, state);
    if (move !== null) take(move);
    if (before.isr.some((node) => !isr.includes(node))) take('shrunk');
    if (isr.some((node) => !before.isr.includes(node))) take('expanded');
    if (isr.length === 1 && before.isr.length > 1) take('alone');
    if (isr.length === replicas.length && before.isr.length < isr.length) take('full');
    if (elr.length > 0 && before.elr.length === 0) take('elr filled');
    if (elr.length === 0 && before.elr.length > 0) take('elr emptied');
    if (leader < 0 && before.leader >= 0) take('leaderless');
  }

  #isrChanged(seen: IsrChanged): void {
    const { partition, maximalIsr, committedIsr, leaderEpoch } = seen;
    const before = this.#leaders.get(partition);
    this.#leaders.set(partition, seen);
    if (maximalIsr.length > committedIsr.length) this.#take('isr', 'proposed');
    const isSame = before?.leaderEpoch === leaderEpoch && before.topicId === seen.topicId;
    if (!isSame || before.maximalIsr.length <= before.committedIsr.length) return;
    const isGone = (node: NodeId): boolean => !maximalIsr.includes(node);
    if (before.maximalIsr.some(isGone) && committedIsr.length === before.committedIsr.length)
      this.#take('isr', 'taken back');
  }
}

const isMoving = ({ adding, removing }: Committed): boolean =>
  adding.length > 0 || removing.length > 0;

/** What became of a partition's replicas; null where nothing did, or not yet. */
function moveOf(before: Committed, after: Committed): keyof typeof isrSteps | null {
  if (isMoving(after)) return isMoving(before) ? null : 'moving';
  const has = (node: NodeId): boolean => after.replicas.includes(node);
  if (!before.adding.every(has)) return 'move cancelled';
  const isSame = before.replicas.every(has) && before.replicas.length === after.replicas.length;
  if (!isSame) return 'moved';
  return before.replicas.join() === after.replicas.join() ? null : 'reordered';
}

const metadataPartition = '__cluster_metadata-0';
