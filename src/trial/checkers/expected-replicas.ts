/**
 * What reassignments, taken in the order in which their one administrator invoked them, leave in
 * force: of each partition the lists of replicas that it may have in the end. Nothing is expected
 * of one that the cluster placed, nor once a change may have been taken back: what it goes back to
 * depends on how far it had come.
 */
import type { NodeId } from '../../base/ids.ts';
import { topicOf } from '../history/incarnations.ts';
import type { Change, Operation } from '../history/operations.ts';

type Reassign = Extract<Change, { does: 'reassign' }>;

interface ExpectedReplicas {
  /** As text; null: any. */
  candidates: ReadonlySet<string> | null;
  cause: Operation | null;
}

export const replicasInWords = (replicas: readonly NodeId[]): string => `[${replicas.join(', ')}]`;

/** By partition, `orders-0`. */
export function expectedReplicas(
  operations: readonly Operation[],
): ReadonlyMap<string, ExpectedReplicas> {
  const expected = new Map<string, ExpectedReplicas>();
  /** What may yet be done, by operations or attempts without an answer. */
  const late = new Map<string, Reassign[]>();
  for (const operation of operations) {
    const { change, outcome } = operation;
    if (change === null || outcome === 'fail') continue;
    if (change.does === 'create' || change.does === 'delete') {
      for (const [name, own] of expected) if (topicOf(name) === change.topic) own.candidates = null;
    }
    if (change.does !== 'reassign') continue;
    const name = `${change.topic}-${change.partition}`;
    const others = late.get(name) ?? [];
    const before = expected.get(name)?.candidates ?? null;
    expected.set(name, { candidates: after(before, change, outcome, others), cause: operation });
    if (outcome !== 'ok' || operation.doubtful) late.set(name, [...others, change]);
  }
  return expected;
}

function after(
  before: ReadonlySet<string> | null,
  { replicas }: Reassign,
  outcome: Operation['outcome'],
  late: readonly Reassign[],
): ReadonlySet<string> | null {
  const isOpen = replicas === null || late.some((other) => other.replicas === null);
  if (isOpen) return null;
  const wanted = replicasInWords(replicas);
  if (outcome !== 'ok') return before === null ? null : new Set([...before, wanted]);
  return new Set([wanted, ...late.map((other) => replicasInWords(other.replicas ?? []))]);
}
