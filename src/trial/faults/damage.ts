/** What kinds that damage stored bytes have in common. */
import * as z from 'zod';
import { drawOne } from '../../base/draw.ts';
import type { RandomStream } from '../../host/random.ts';

const logFile = /\.log$/;
const quorumFile = /^__cluster_metadata-0\//;

/** Which files are struck. */
const places = {
  records: (path: string) => logFile.test(path) && !quorumFile.test(path),
  metadata: (path: string) => quorumFile.test(path),
  anything: () => true,
} as const;

type Place = keyof typeof places;

const placeNames = Object.keys(places) as [Place, ...Place[]];

export const placeField = z.enum(placeNames).default('records');

export const drawPlace = (random: RandomStream): Place => drawOne(placeNames, random);

export const isAt = (place: Place): ((path: string) => boolean) => places[place];

export const notHealedYet = 'a replica does not heal yet what is damaged on its disk';
