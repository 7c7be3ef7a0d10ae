/** The assignors there are, by name. An application may bring one of its own in the same shape. */
import { ClientError } from '../../errors.ts';
import type { Assignor } from './assignor.ts';
import { rangeAssignor } from './range.ts';
import { roundRobinAssignor } from './round-robin.ts';
import { cooperativeStickyAssignor, stickyAssignor } from './sticky.ts';

export const assignors = {
  range: rangeAssignor,
  roundrobin: roundRobinAssignor,
  sticky: stickyAssignor,
  'cooperative-sticky': cooperativeStickyAssignor,
} satisfies Record<string, Assignor>;

export type AssignorName = keyof typeof assignors;

export const assignorNames = Object.keys(assignors) as AssignorName[];

export function assignorOf(choice: AssignorName | Assignor): Assignor {
  if (typeof choice !== 'string') return choice;
  if (Object.hasOwn(assignors, choice)) return assignors[choice];
  const text = `there is no assignor ${choice}; there are ${assignorNames.join(', ')}`;
  throw new ClientError('invalid-argument', text);
}
