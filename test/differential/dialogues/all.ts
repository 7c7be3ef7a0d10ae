/** The whole dialogue, in the order in which it is led. */
import type { Group } from '../dialogue.ts';
import { produceFaulty, produceOrdinary, produceSettings } from './00-produce.ts';
import { idempotence, produceSeveral } from './00-produce-several.ts';
import { metadata } from './03-metadata.ts';

export const groups = (): readonly Group[] => [
  produceOrdinary(),
  produceFaulty(),
  produceSettings(),
  produceSeveral(),
  idempotence(),
  metadata(),
];
