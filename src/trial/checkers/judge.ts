/**
 * All invariants and checkers together. Observations go in as they happen; at the end the history
 * is judged, what is not owed by the configuration is left out, the consequences of a loss or a
 * repetition are folded into it, and what is left are the violations.
 */
import type { Micros, NodeId } from '../../base/ids.ts';
import { isCounted } from '../../base/mark.ts';
import type { Observation } from '../../kafka/observation.ts';
import type { Guarantees } from '../guarantees/guarantees.ts';
import type { History } from '../history/history.ts';
import { Incarnations } from '../history/incarnations.ts';
import { isOwed } from '../properties/registry.ts';
import { checkAdministration } from './admin.ts';
import { checkAnswers } from './answers.ts';
import type { Case, Checker, Invariant, Proof, Report, Violation } from './contract.ts';
import { Dispatch } from './dispatch.ts';
import { foldConsequences } from './fold.ts';
import { assignmentsWatch } from './groups/assignments-watch.ts';
import { checkCloses } from './groups/closes.ts';
import { checkCommits } from './groups/commits.ts';
import { checkDeletions } from './groups/deletions.ts';
import { GroupLogs } from './groups/group-logs.ts';
import { offsetsWatch } from './groups/offsets-watch.ts';
import { checkOwnership } from './groups/ownership.ts';
import { isrInvariant } from './invariants/isr.ts';
import { leadersInvariant } from './invariants/leaders.ts';
import { logsInvariant } from './invariants/logs.ts';
import { recoveryInvariant } from './invariants/recovery.ts';
import { syncedInvariant } from './invariants/synced.ts';
import { checkLookUps } from './look-ups.ts';
import { checkLosses } from './losses.ts';
import { checkOffsets } from './offsets.ts';
import { checkOrder } from './order.ts';
import { ClusterLogs } from './partition-logs.ts';
import { checkPolls } from './polls.ts';
import { checkProcessing } from './processing.ts';
import { type AtRest, checkAtRest, type LiveNode } from './rest/at-rest.ts';
import { MetadataCopies } from './rest/metadata-copies.ts';
import { Standing } from './standing.ts';
import { noStorage, type Storage } from './stored/storage.ts';
import { checkSurvival, putAtRisk } from './survival.ts';
import { versionOrder } from './version-order.ts';

const checkers: readonly Checker[] = [
  checkAdministration,
  checkAnswers,
  checkCloses,
  checkCommits,
  checkDeletions,
  checkLookUps,
  checkLosses,
  checkOffsets,
  checkOrder,
  checkOwnership,
  checkPolls,
  checkProcessing,
];

/** Of one property and partition so many violations are kept: the first ones tell the story. */
const mostOfAKind = 3;

export interface JudgeOptions {
  /** The disks of the nodes; without them what they hold is taken from what nodes show. */
  readonly storage?: Storage;
  /** Of the history that is judged: observations and operations call topics by the same names. */
  readonly incarnations?: Incarnations;
}

export class Judge {
  readonly #guarantees: Guarantees;
  readonly #logs: ClusterLogs;
  readonly #copies = new MetadataCopies();
  readonly groups: GroupLogs;
  readonly #invariants: readonly Invariant[];
  readonly #dispatch: Dispatch;
  readonly #standing: Standing;
  readonly #violations: Violation[] = [];
  readonly #counts = new Map<string, number>();
  #observations = 0;

  constructor(
    voters: readonly NodeId[],
    guarantees: Guarantees,
    { storage = noStorage, incarnations = new Incarnations() }: JudgeOptions = {},
  ) {
    this.#guarantees = guarantees;
    this.#logs = new ClusterLogs(incarnations, storage);
    this.#standing = new Standing(incarnations);
    this.groups = new GroupLogs([offsetsWatch(this.report), assignmentsWatch(this.report)]);
    this.#invariants = [
      leadersInvariant(this.report),
      logsInvariant(this.#logs, voters, guarantees, this.report),
      isrInvariant(this.#logs, this.report),
      recoveryInvariant(this.#logs, this.report),
      syncedInvariant(this.#logs, voters, guarantees, this.report),
    ];
    // What invariants look into knows of an observation before they do.
    const known: Invariant[] = [this.#logs, this.#copies, this.#standing, this.groups];
    this.#dispatch = new Dispatch([...known, ...this.#invariants]);
  }

  /** Anything found to be broken, also by those who are no checkers (the runner's bounds). */
  readonly report: Report = (
    { name: property },
    { about, atUs, partition, producer, group, evidence },
  ) => {
    if (!isOwed(property, this.#guarantees, partition, { producer, group })) return;
    const kind = `${property}/${partition}`;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (count > mostOfAKind) return;
    this.#violations.push({ property, about, atUs, partition, evidence, brokeWith: [] });
  };

  /** `boot`: which process of the node's machine shows it. */
  observe(observation: Observation, atUs: Micros, boot = 1): void {
    this.#dispatch.show({ id: this.#observations++, atUs, boot, observation });
  }

  /** How the cluster stands, in this partition or as a whole. */
  standing(partition: string | null): Proof {
    return this.#standing.proof(partition);
  }

  diskReplaced(node: NodeId): void {
    for (const invariant of this.#invariants) invariant.diskReplaced?.(node);
  }

  /**
   * A partition whose leader, of those given, holds records that are not committed; null when there
   * is none.
   */
  uncommitted(leaders: Iterable<readonly [partition: string, leader: NodeId]>): string | null {
    for (const [partition, leader] of leaders) {
      const logs = this.#logs.find(partition);
      if (logs === undefined) continue;
      // After a loss the committed log may end inside a batch of the leader's: its own mark counts.
      const { end, highWatermark } = logs.replica(leader);
      if (end > Math.max(logs.committed.end, highWatermark)) return partition;
    }
    return null;
  }

  /** Judges what the nodes that run at the end hold; before `conclude`. */
  restsWith(live: readonly LiveNode[], isSettled: boolean, endUs: Micros): void {
    const given: AtRest = { logs: this.#logs, copies: this.#copies, live, isSettled, endUs };
    checkAtRest(given, this.report);
  }

  /**
   * Judges the finished history; `isLive` says whose logs count at the end, `struckUntil` when the
   * last fault on a node ended.
   */
  conclude(
    history: History,
    isLive: (node: NodeId) => boolean,
    endUs: Micros,
    struckUntil: ReadonlyMap<NodeId, Micros> = new Map(),
    wasStruck: Case['wasStruck'] = () => false,
  ): readonly Violation[] {
    const order = versionOrder(history);
    const deletedBelow = (partition: string) => this.#logs.find(partition)?.deletedBelow ?? 0;
    const epochsOf = (partition: string) => this.#logs.find(partition)?.epochs ?? 0;
    const isDeleted = (partition: string) => this.#logs.incarnations.isDeleted(partition);
    const guarantees = this.#guarantees;
    const clients = { history, order, guarantees, deletedBelow, epochsOf, isDeleted, endUs };
    const given: Case = { ...clients, groups: this.groups, wasStruck };
    for (const check of checkers) check(given, this.report);
    checkSurvival(history, this.#logs, isLive, endUs, this.report);
    if (isCounted()) putAtRisk(history, this.#logs, struckUntil);
    return this.soFar();
  }

  /** What has been found as things happened, where a trial did not come to its end. */
  soFar(): readonly Violation[] {
    return foldConsequences(this.#violations);
  }
}
