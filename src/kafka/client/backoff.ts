import type { Micros } from '../../base/ids.ts';
import type { RandomStream } from '../../host/random.ts';

export interface Backoff {
  readonly initialUs: Micros;
  readonly maxUs: Micros;
}

/** Doubles with each attempt (the first is 1) up to the bound, then spreads by ±20 %. */
export function backoffDelayUs(backoff: Backoff, attempt: number, random: RandomStream): Micros {
  let delayUs = backoff.initialUs;
  for (let i = 1; i < attempt && delayUs < backoff.maxUs; i++) delayUs *= 2;
  if (delayUs > backoff.maxUs) delayUs = backoff.maxUs;
  return Math.floor(delayUs * (0.8 + 0.4 * random.next()));
}
