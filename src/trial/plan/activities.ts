/**
 * Draws what clients do beside sending and reading. As with faults each seed first draws which
 * kinds it uses at all; one in four uses none, so that what happens without them is seen as well.
 */
import { drawOne } from '../../base/draw.ts';
import type { RandomStream } from '../../host/random.ts';
import {
  type Activity,
  type ActivityKindName,
  activityKindOf,
  activitySchema,
  administratorName,
} from '../activities/registry.ts';
import type { Stage } from '../activities/stage.ts';
import { groupsOf } from '../groups/group.ts';
import { activityProblems } from '../scenario/activity-relations.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { guaranteesOf } from './guarantees-of.ts';

/** Large records of one trial together, in one copy. */
const spareBytes = 12_000_000;
/** So many new topics at most, each with partitions that every consumer reads. */
const mostCreated = 12;
const oneInNone = 4;

export function drawActivities(scenario: Scenario, random: RandomStream): Activity[] {
  const { random: config } = scenario.activities;
  if (config === undefined || random.int(oneInNone) === 0) return [];
  const kinds = config.kinds.filter((kind) => fits(kind, scenario));
  if (kinds.length === 0) return [];
  const mix = kinds.filter(() => random.int(2) === 0);
  if (mix.length === 0) mix.push(drawOne(kinds, random));
  const drawn: Activity[] = [];
  let left = spareBytes;
  let created = 0;
  const step = (): number => Math.floor(config.everyMs / 2) + random.int(config.everyMs);
  for (let atMs = step(); atMs < scenario.phases.chaosMs; atMs += step()) {
    const activity = drawActivity(drawOne(mix, random), atMs, stageOf(scenario, left), random);
    if (activity === null) continue;
    const { bytes = 0, creates } = activityKindOf(activity).consequences?.(activity) ?? {};
    if (creates !== undefined && ++created > mostCreated) continue;
    left -= bytes;
    drawn.push(activity);
  }
  return possible(scenario, drawn);
}

/** Without groups there is nothing to draw of what is about them. */
const fits = (kind: ActivityKindName, { workload }: Scenario): boolean =>
  groupsOf(workload).length > 0 || activityKindOf({ kind }).ofGroups !== true;

function drawActivity(
  name: ActivityKindName,
  atMs: number,
  stage: Stage,
  random: RandomStream,
): Activity | null {
  const parameters = activityKindOf({ kind: name }).draw(random, stage);
  if (parameters === null) return null;
  return activitySchema.parse({ kind: name, atMs, by: administratorName, ...parameters });
}

/** One that needs what no other makes is left out. */
function possible(scenario: Scenario, drawn: readonly Activity[]): Activity[] {
  return drawn.filter(
    (activity) =>
      activityProblems(scenario, [activity, ...drawn.filter(({ kind }) => kind === 'create-topic')])
        .length === 0,
  );
}

function stageOf(scenario: Scenario, left: number): Stage {
  const { cluster, topics, workload, phases } = scenario;
  const { topics: promised } = guaranteesOf(scenario, { workload, faults: [] });
  return {
    brokers: cluster.brokers,
    topics,
    producers: workload.producers,
    consumers: workload.consumers,
    groups: groupsOf(workload),
    chaosMs: phases.chaosMs,
    recordBytes: workload.recordBytes,
    spareBytes: left,
    batchRecords: Math.max(1, Math.floor(smallestSegment(topics) / (workload.recordBytes + 200))),
    copiesOf: (topic) => promised.get(topic)?.copies ?? 1,
  };
}

/** Without a limit of its own a segment holds a request at least. */
function smallestSegment(topics: Scenario['topics']): number {
  const sizes = topics.map(({ configs }) => Number(configs['internal.segment.bytes'] ?? 1_048_576));
  return Math.min(...sizes);
}
