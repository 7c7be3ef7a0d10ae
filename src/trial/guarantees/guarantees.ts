/**
 * The one table of guarantees: what a configuration promises. The budget reads it to know what may
 * be drawn, the judge to know what is owed; no second place decides either. Kafka acknowledges from
 * the page cache of `copies` machines, so a committed record outlives what leaves one of them whole.
 */
import { offsetsTopic, quorumTopic } from '../../kafka/metadata/internal-topics.ts';
import { destroysData, type Harm } from './harm.ts';

export interface TopicGuarantees {
  readonly topic: string;
  /** Machines that hold an acks=all record when it is acknowledged: min ISR, or RF if fewer. */
  readonly copies: number;
  /** So many brokers may be down, and acks=all is answered all the same: RF less min ISR. */
  readonly spares: number;
  /** Every append is synced before it is acknowledged (flush.messages=1). */
  readonly flushed: boolean;
  /** Nothing is ever old or large enough to be deleted. */
  readonly keepsAll: boolean;
  /** No replica without all committed records is ever elected. */
  readonly cleanElections: boolean;
}

/** What a producer asks for, and so is promised. */
export interface ProducerGuarantees {
  readonly idempotent: boolean;
  readonly acks: 'all' | 0 | 1;
}

/** What an application of a consumer group goes by, and what may become of its offsets. */
export interface GroupGuarantees {
  readonly commits: 'after' | 'auto' | 'before';
  readonly reset: 'earliest' | 'latest';
  /** An administrator may set what is committed, or delete it. */
  readonly offsetsMove: boolean;
  /** What is committed may grow too old. */
  readonly offsetsExpire: boolean;
}

/** A topic as it was made before anything else happened. */
export interface InitialTopic {
  readonly name: string;
  readonly partitions: number;
  readonly configs: Readonly<Record<string, string>>;
}

export interface Guarantees {
  readonly topics: ReadonlyMap<string, TopicGuarantees>;
  readonly initial: readonly InitialTopic[];
  /** Of all producers but those of `producers`. */
  readonly idempotent: boolean;
  readonly acks: 'all' | 0 | 1;
  /** By number, those that differ. */
  readonly producers: ReadonlyMap<number, ProducerGuarantees>;
  /** Consumer groups, by name. Their coordinators' topic is among the topics. */
  readonly groups: ReadonlyMap<string, GroupGuarantees>;
  /** The plan has faults: without any even what only the leader has is kept. */
  readonly faulty: boolean;
  /** The property that a scenario beyond the promise asks for, whether owed or not. */
  readonly asked: string | null;
}

/** What may be promised; each property names the one that it rests on. */
export type Pledge =
  /** Owed always: what no configuration gives up. */
  | 'always'
  /** Committed records stay. Given up by unclean elections once anything fails. */
  | 'committed-stays'
  /** What was acknowledged stays: committed-stays, and acks=all once anything fails. */
  | 'acknowledged-stays'
  /**
   * What coordinators of groups committed stays, and so does what it is about: committed-stays,
   * also of the topic in which groups are kept.
   */
  | 'groups-stay'
  /** Nothing is acknowledged before it is synced: flush.messages=1; the quorum's log always. */
  | 'synced-first'
  /** One producer's records stand in the order sent, each once (KIP-98): idempotent producers. */
  | 'idempotence'
  /** A group processes every record below what it commits: it commits what it has processed. */
  | 'processes-all'
  /** A group processes no record again: it commits before, and what is committed stays. */
  | 'processes-once';

/** To whom something is promised, where it is not the same to all. */
export interface Promisee {
  readonly producer?: number | undefined;
  readonly group?: string | undefined;
}

/**
 * Whether a pledge is given for a partition (`orders-0`), or for the cluster where it is null; to
 * that producer or group where there is one.
 */
export function isPromised(
  pledge: Pledge,
  guarantees: Guarantees,
  partition: string | null,
  { producer, group: name }: Promisee = {},
): boolean {
  const { topics, producers, faulty, groups } = guarantees;
  const { idempotent, acks } =
    (producer === undefined ? undefined : producers.get(producer)) ?? guarantees;
  const topic = partition === null ? undefined : topics.get(topicOf(partition));
  const committedStays = !faulty || (topic?.cleanElections ?? true);
  const group = name === undefined ? undefined : groups.get(name);
  switch (pledge) {
    case 'always':
      return true;
    case 'committed-stays':
      return committedStays;
    case 'acknowledged-stays':
      return committedStays && (acks === 'all' || !faulty);
    case 'groups-stay':
      return committedStays && (!faulty || (topics.get(offsetsTopic)?.cleanElections ?? true));
    case 'synced-first':
      return partition !== null && (topic?.flushed ?? topicOf(partition) === quorumTopic);
    case 'idempotence':
      return committedStays && idempotent;
    case 'processes-all':
      return committedStays && group !== undefined && skipsNothing(group, topic);
    case 'processes-once':
      return committedStays && group !== undefined && offsetsStay(group, guarantees);
  }
}

/** Whoever begins without a committed offset begins where nothing is left out. */
function skipsNothing(group: GroupGuarantees, topic: TopicGuarantees | undefined): boolean {
  if (group.commits === 'before' || group.offsetsMove) return false;
  return group.reset === 'earliest' || (!group.offsetsExpire && (topic?.keepsAll ?? true));
}

/** What is committed before it is processed is there for whoever comes next. */
function offsetsStay(group: GroupGuarantees, { topics, faulty }: Guarantees): boolean {
  const isKept = !faulty || (topics.get(offsetsTopic)?.cleanElections ?? true);
  return group.commits === 'before' && isKept && !group.offsetsMove && !group.offsetsExpire;
}

/** What is promised of the topic of a partition; undefined for internal ones. */
export function topicGuarantees(
  { topics }: Guarantees,
  partition: string,
): TopicGuarantees | undefined {
  return topics.get(topicOf(partition));
}

/** `orders` of `orders-0`, and of `orders-0#2`. */
function topicOf(partition: string): string {
  return partition.slice(0, partition.lastIndexOf('-'));
}

/**
 * Why the configuration does not survive a fault of such harm that strikes these machines; null
 * when it does. `many`: it may strike several of them at once; `voters`: of how many the quorum is.
 */
export function beyondPromise(
  { topics }: Guarantees,
  harm: Harm,
  strike: { readonly many: boolean; readonly mayStrikeVoter: boolean; readonly voters: number },
): string | null {
  if (!destroysData(harm)) return null;
  // Where unclean elections are allowed nothing acknowledged is owed anyway.
  const owed = [...topics.values()].filter((topic) => topic.cleanElections);
  const flushed = owed.every((topic) => topic.flushed);
  if (harm === 'destroys-disk' && strike.mayStrikeVoter)
    return 'a voter that returns with an empty disk has forgotten its votes';
  if (harm === 'replaces-disk' && strike.mayStrikeVoter && !sparesVoter(strike.voters, 1))
    return 'a quorum without the voter has no majority';
  if (harm === 'destroys-unsynced' && flushed && owed.length > 0) return null;
  if (strike.many) return 'several machines at once may be all that hold what was acknowledged';
  const single = owed.find((topic) => topic.copies < 2);
  return single === undefined
    ? null
    : `one machine may be all that holds what was acknowledged in ${single.topic}`;
}

/** Whether the quorum elects and commits without so many of its voters. */
export function sparesVoter(voters: number, replaced: number): boolean {
  return voters - replaced >= Math.floor(voters / 2) + 1;
}
