/** All sorts of what a trial can reach. A new one is an object and a line here. */
import { marks } from '../../kafka/marks.ts';
import { kafkaPoints } from '../../kafka/points.ts';
import { worldMarks } from '../../sim/marks.ts';
import { faultKinds } from '../faults/registry.ts';
import { properties } from '../properties/registry.ts';
import { targetKinds } from '../targets/registry.ts';
import type { Members, Sort } from './sort.ts';
import { isrSteps, quorumSteps, replicaSteps } from './steps.ts';

const membersOf = (rows: readonly (readonly [name: string, means: string])[]): Members =>
  Object.fromEntries(rows.map(([name, means]) => [name, { means }]));

const risk = {
  name: 'risk',
  title: 'properties at risk',
  members: membersOf(properties.map((property) => [property.name, property.risk])),
  shows: 'all',
} as const satisfies Sort;

const sometimes = {
  name: 'sometimes',
  title: 'sometimes',
  members: null,
  shows: 'all',
} as const satisfies Sort;

const mark = {
  name: 'mark',
  title: 'marks',
  members: { ...marks, ...worldMarks },
  shows: 'all',
} as const satisfies Sort;

const quorum = {
  name: 'quorum',
  title: 'steps of the quorum',
  members: quorumSteps,
  shows: 'all',
} as const satisfies Sort;

const replica = {
  name: 'replica',
  title: 'steps of replicas',
  members: replicaSteps,
  shows: 'all',
} as const satisfies Sort;

const isr = {
  name: 'isr',
  title: 'ISR and elections',
  members: isrSteps,
  shows: 'all',
} as const satisfies Sort;

const error = {
  name: 'error',
  title: 'error codes answered',
  members: null,
  shows: 'all',
} as const satisfies Sort;

/** Of a kind of fault on a target: `crash on controller: struck`. */
const fault = {
  name: 'fault',
  title: 'faults by kind and target',
  members: null,
  shows: 'all',
} as const satisfies Sort;

const kind = {
  name: 'kind',
  title: 'kinds of fault that took effect',
  members: membersOf(faultKinds.map(({ name, does }) => [name, does])),
  shows: 'missing',
} as const satisfies Sort;

const target = {
  name: 'target',
  title: 'targets of faults that took effect',
  members: membersOf(targetKinds.map(({ form, means }) => [form, means])),
  shows: 'missing',
} as const satisfies Sort;

const point = {
  name: 'point',
  title: 'delay points that held',
  members: membersOf(Object.entries(kafkaPoints)),
  shows: 'all',
} as const satisfies Sort;

/** Which observation follows which: for hunts. */
const order = {
  name: 'order',
  title: 'observations in their order',
  members: null,
  shows: 'nothing',
} as const satisfies Sort;

export const sorts = [
  risk,
  sometimes,
  mark,
  quorum,
  replica,
  isr,
  error,
  fault,
  kind,
  target,
  point,
  order,
] as const;

export type SortName = (typeof sorts)[number]['name'];
