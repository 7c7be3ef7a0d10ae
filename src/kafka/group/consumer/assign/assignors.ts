/** The assignors that a broker has (group.consumer.assignors chooses among them), by name. */
import type { Assignor } from './assignor.ts';
import { rangeAssignor } from './range.ts';
import { uniformAssignor } from './uniform.ts';

const known: readonly Assignor[] = [uniformAssignor, rangeAssignor];

export const assignorNamed = (name: string): Assignor | undefined =>
  known.find((assignor) => assignor.name === name);

export const assignorNames: readonly string[] = known.map(({ name }) => name);
