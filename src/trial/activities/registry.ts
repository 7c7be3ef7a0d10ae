/**
 * All kinds of activity, and activities as data: the schema of one in a plan comes from the kinds.
 * A new kind is a file in `kinds/` and two lines here.
 */
import * as z from 'zod';
import type { AnyActivityKind } from './activity.ts';
import { addPartitions } from './kinds/add-partitions.ts';
import { alterBroker } from './kinds/alter-broker.ts';
import { alterGroup } from './kinds/alter-group.ts';
import { alterTopic } from './kinds/alter-topic.ts';
import { burst } from './kinds/burst.ts';
import { createTopic } from './kinds/create-topic.ts';
import { deleteGroup } from './kinds/delete-group.ts';
import { deleteOffsets } from './kinds/delete-offsets.ts';
import { deleteTopic } from './kinds/delete-topic.ts';
import { joinLate } from './kinds/join-late.ts';
import { largeRecords } from './kinds/large-records.ts';
import { leaveGroup } from './kinds/leave-group.ts';
import { lookUp } from './kinds/look-up.ts';
import { moveLeaders } from './kinds/move-leaders.ts';
import { newProducer } from './kinds/new-producer.ts';
import { pauseReading } from './kinds/pause-reading.ts';
import { readMetadata } from './kinds/read-metadata.ts';
import { recreateTopic } from './kinds/recreate-topic.ts';
import { resetOffsets } from './kinds/reset-offsets.ts';
import { rest } from './kinds/rest.ts';
import { resubscribe } from './kinds/resubscribe.ts';
import { seek } from './kinds/seek.ts';
import { silence } from './kinds/silence.ts';
import { stallProcessing } from './kinds/stall-processing.ts';
import { startLate } from './kinds/start-late.ts';

const kinds = [
  createTopic,
  deleteTopic,
  recreateTopic,
  addPartitions,
  alterTopic,
  alterBroker,
  moveLeaders,
  readMetadata,
  seek,
  pauseReading,
  startLate,
  rest,
  lookUp,
  silence,
  burst,
  largeRecords,
  newProducer,
  leaveGroup,
  joinLate,
  resubscribe,
  stallProcessing,
  resetOffsets,
  deleteOffsets,
  deleteGroup,
  alterGroup,
] as const;

export const activitySchema = z.discriminatedUnion('kind', [
  createTopic.schema,
  deleteTopic.schema,
  recreateTopic.schema,
  addPartitions.schema,
  alterTopic.schema,
  alterBroker.schema,
  moveLeaders.schema,
  readMetadata.schema,
  seek.schema,
  pauseReading.schema,
  startLate.schema,
  rest.schema,
  lookUp.schema,
  silence.schema,
  burst.schema,
  largeRecords.schema,
  newProducer.schema,
  leaveGroup.schema,
  joinLate.schema,
  resubscribe.schema,
  stallProcessing.schema,
  resetOffsets.schema,
  deleteOffsets.schema,
  deleteGroup.schema,
  alterGroup.schema,
]);

export type Activity = z.output<typeof activitySchema>;
export type ActivityInput = z.input<typeof activitySchema>;
export type ActivityKindName = Activity['kind'];

export const activityKinds: readonly AnyActivityKind[] = kinds as readonly AnyActivityKind[];
export const activityKindNames: readonly ActivityKindName[] = kinds.map(({ name }) => name);

const byName = new Map<string, AnyActivityKind>(activityKinds.map((kind) => [kind.name, kind]));

export function activityKindOf({ kind }: { readonly kind: string }): AnyActivityKind {
  return byName.get(kind)!;
}

/** Those that are about consumer groups. */
export const groupActivityNames: readonly ActivityKindName[] = activityKindNames.filter(
  (kind) => activityKindOf({ kind }).ofGroups === true,
);

/** By whom an activity of each role may be carried out. */
export const initialOf = { administrator: 'a', producer: 'p', consumer: 'c', member: 'm' } as const;

export const administratorName = 'a1';
