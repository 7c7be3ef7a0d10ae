/**
 * What every fault of a plan has, whatever its kind: when it strikes, whom, for how long, and what
 * it needs of the budget. A fault strikes at a time or, with `when`, after something was seen.
 */
import * as z from 'zod';
import { triggerSchema } from './trigger.ts';

/** Half a day to begin in and half a day to last: chaos is over within a day of virtual time. */
const time = z.int().min(0).max(43_200_000);

export const commonFields = {
  /** Milliseconds since chaos began; with `when`, from when on it may be seen. */
  atMs: time.default(0),
  when: triggerSchema.optional(),
  /** A machine or a role; as long as the longest name of a topic allows. */
  target: z.string().min(1).max(300),
  durationMs: time,
  /**
   * The budget: a fault may wait for nothing; strike only while no destroyed data is still being
   * recovered; only where another replica in sync has each record of the machine's; or only while
   * the cluster is whole. Otherwise it is withheld.
   */
  needs: z.enum(['nothing', 'recovered', 'copy', 'whole']).default('nothing'),
};

export type CommonFields = typeof commonFields;
