import type { Micros } from '../../base/ids.ts';
import type { Observation } from '../../kafka/observation.ts';

/** An observation, its number in the trial and the virtual time at which it was made. */
export interface Seen<O extends Observation = Observation> {
  readonly id: number;
  readonly atUs: Micros;
  /** Which process of its machine made it: 1 the first, 2 the one after its first restart. */
  readonly boot: number;
  readonly observation: O;
}

export type SeenOf<Kind extends Observation['kind']> = Seen<Extract<Observation, { kind: Kind }>>;

/** For switching on the kind: the observation's type follows, the number and time stay with it. */
export function isOf<Kind extends Observation['kind']>(
  seen: Seen,
  kind: Kind,
): seen is SeenOf<Kind> {
  return seen.observation.kind === kind;
}
