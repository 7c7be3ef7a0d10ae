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

/**
 * What somebody does with each kind of observation that concerns it. Who is shown an observation is
 * known by its kind, so nobody is asked about what does not concern it.
 */
export type Handlers = {
  readonly [Kind in Observation['kind']]?: (seen: SeenOf<Kind>) => void;
};

/** For switching on the kind: the observation's type follows, the number and time stay with it. */
export function isOf<Kind extends Observation['kind']>(
  seen: Seen,
  kind: Kind,
): seen is SeenOf<Kind> {
  return seen.observation.kind === kind;
}
