/**
 * What a scenario hopes to see in some trial of a sweep: a name that its own code says by
 * `sometimes(name)`, or one that stands for a sight of the cluster, as triggers have them.
 */
import * as z from 'zod';
import { triggerSchema } from '../faults/trigger.ts';

const nameSchema = z.string().min(1).max(200);

export const sometimesSchema = z
  .array(z.union([nameSchema, triggerSchema.omit({ afterMs: true }).extend({ name: nameSchema })]))
  .max(200);

export type Sometimes = z.output<typeof sometimesSchema>[number];

/** Names that stand there twice. */
export function sometimesProblems(hopes: readonly Sometimes[]): string[] {
  const names = hopes.map((hope) => (typeof hope === 'string' ? hope : hope.name));
  return names.flatMap((name, index) =>
    names.indexOf(name) === index ? [] : [`sometimes.${index}: "${name}" is there twice`],
  );
}
