/**
 * All invariants and checkers together. Observations go in as they happen; at the end the history
 * is judged, the consequences of a loss or a repetition are folded into it, and what is left are
 * the violations.
 */
import type { Micros, NodeId } from '../../base/ids.ts';
import type { Observation } from '../../kafka/observation.ts';
import type { History } from '../history/history.ts';
import { checkAnswers } from './answers.ts';
import { foldConsequences } from './consequences.ts';
import type { Checker, Invariant, Promises, Violation } from './contract.ts';
import { isrInvariant } from './invariants/isr.ts';
import { leadersInvariant } from './invariants/leaders.ts';
import { logsInvariant } from './invariants/logs.ts';
import { checkLosses } from './losses.ts';
import { checkOffsets } from './offsets.ts';
import { checkOrder } from './order.ts';
import { ClusterLogs } from './partition-logs.ts';
import { checkPolls } from './polls.ts';
import { checkSurvival } from './survival.ts';
import { versionOrder } from './version-order.ts';

const checkers: readonly Checker[] = [
  checkAnswers,
  checkLosses,
  checkOffsets,
  checkOrder,
  checkPolls,
];

/** Of one property and partition so many violations are kept: the first ones tell the story. */
const mostOfAKind = 3;

export class Judge {
  readonly #logs = new ClusterLogs();
  readonly #invariants: readonly Invariant[];
  readonly #violations: Violation[] = [];
  readonly #counts = new Map<string, number>();

  constructor(voters: readonly NodeId[]) {
    this.#invariants = [
      leadersInvariant(this.report),
      logsInvariant(this.#logs, voters, this.report),
      isrInvariant(this.#logs, this.report),
    ];
  }

  /** Anything found to be broken, also by those who are no checkers (the runner's bounds). */
  readonly report = (violation: Violation): void => {
    const kind = `${violation.property}/${violation.partition}`;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (count <= mostOfAKind) this.#violations.push(violation);
  };

  observe(observation: Observation, atUs: Micros): void {
    this.#logs.observe(observation);
    for (const invariant of this.#invariants) invariant.observe(observation, atUs);
  }

  diskReplaced(node: NodeId): void {
    for (const invariant of this.#invariants) invariant.diskReplaced?.(node);
  }

  /** Judges the finished history; `isLive` says whose logs count at the end. */
  conclude(
    history: History,
    promises: Promises,
    isLive: (node: NodeId) => boolean,
    endUs: Micros,
  ): readonly Violation[] {
    const evidence = { history, order: versionOrder(history), promises, endUs };
    for (const check of checkers) check(evidence, this.report);
    checkSurvival(history, this.#logs, isLive, endUs, this.report);
    return foldConsequences(this.#violations);
  }
}
