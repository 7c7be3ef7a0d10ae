/** Runs a random schedule of everything that can happen to a quorum, judged by the invariants. */
import type { RaftRules } from '../../../src/kafka/raft/rules.ts';
import { Broken, Invariants } from './invariants.ts';
import { Lab, type LabNode, testRandom } from './lab.ts';

/** A step: what kind of thing happens (0–99), and to whom. */
export type Step = readonly [kind: number, pick: number];

export interface Outcome {
  readonly broken: string | null;
  readonly committed: number;
  readonly epoch: number;
}

export function runSchedule(
  voters: number,
  steps: readonly Step[],
  rules: Partial<RaftRules> = {},
): Outcome {
  const invariants = new Invariants();
  const ids = Array.from({ length: voters }, (_, index) => index + 1);
  const lab = new Lab({
    voters: ids,
    rules,
    fetchEntries: 2,
    onEffect: (node, effect) => invariants.onEffect(node, effect),
  });
  const nodes = [...lab.nodes.values()];
  let broken: string | null = null;
  try {
    for (const node of nodes) node.start();
    for (const [index, step] of steps.entries()) {
      perform(lab, nodes, step, index);
      if (index % 8 === 0) invariants.checkLogMatching(lab);
    }
    invariants.checkLogMatching(lab);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    broken = error.message;
  }
  const epoch = Math.max(...nodes.map((node) => node.machine?.epoch ?? 0));
  return { broken, committed: invariants.committed.length, epoch };
}

function perform(lab: Lab, nodes: readonly LabNode[], [kind, pick]: Step, index: number): void {
  const node = nodes[pick % nodes.length] as LabNode;
  const count = lab.messages.length;
  if (kind < 50) {
    // Mostly in order, sometimes not.
    if (count > 0) lab.deliver(kind < 35 ? 0 : pick % count);
  } else if (kind < 58) {
    if (count > 0) lab.drop(pick % count);
  } else if (kind < 72) {
    for (const each of nodes) {
      if (each.isPersisting) each.finishPersist();
      else if (each.isFlushing) each.finishFlush();
    }
  } else if (kind < 78) {
    if (node.isPersisting) node.finishPersist();
    else node.finishFlush();
  } else if (kind < 86) {
    node.timeout();
  } else if (kind < 93) {
    for (const each of nodes) {
      if (each.machine?.role.name === 'leader') each.append(`${each.id}.${index}`);
    }
  } else if (kind < 95) {
    if (node.machine !== null) node.crash(kind === 94);
  } else {
    for (const each of nodes) if (each.machine === null) each.start();
  }
}

/** A schedule drawn from a seed. */
export function drawSchedule(seed: number, length: number): Step[] {
  const random = testRandom(seed);
  for (let warm = 0; warm < 8; warm++) random.int(2);
  return Array.from({ length }, () => [random.int(100), random.int(1000)] as const);
}
