/**
 * How a partition changes its replicas (KIP-455). While it does it has those of before and after:
 * what is wanted first, in the order wanted, and behind it what is to go. It ends by itself when
 * all that are to stay are in sync; until then it may be taken back. Pure: from lists to lists.
 */
import type { NodeId } from '../../base/ids.ts';
import { isReassigning, type PartitionState } from '../metadata/state.ts';

export type Assignment = Pick<PartitionState, 'replicas' | 'adding' | 'removing'>;

const without = (nodes: readonly NodeId[], others: readonly NodeId[]): NodeId[] =>
  nodes.filter((node) => !others.includes(node));

const rising = (nodes: NodeId[]): NodeId[] => nodes.sort((a, b) => a - b);

/** On the way to `target`, from whatever way it is on now. */
export function towards(current: readonly NodeId[], target: readonly NodeId[]): Assignment {
  const removing = rising(without(current, target));
  const adding = rising(without(target, current));
  return { replicas: [...target, ...removing], adding, removing };
}

/** As before a change that is under way; what was to go stays. */
export function reverted({ replicas, adding }: Assignment): Assignment {
  return { replicas: without(replicas, adding), adding: [], removing: [] };
}

/** With this ISR: the end of the change where all that are to stay are in sync, else as it is. */
export function assignmentAfter(
  { replicas, adding, removing }: Assignment,
  isr: readonly NodeId[],
): Assignment & { readonly isr: readonly NodeId[] } {
  const staying = without(replicas, removing);
  const isDone = staying.length > 0 && staying.every((node) => isr.includes(node));
  if (!isReassigning({ adding, removing }) || !isDone) return { replicas, adding, removing, isr };
  return { replicas: staying, adding: [], removing: [], isr: without(isr, removing) };
}
