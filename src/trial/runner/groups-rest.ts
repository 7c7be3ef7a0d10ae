/** Waits for groups to come to rest, once the cluster is whole again. */
import { atRisk } from '../../base/mark.ts';
import { microsToMs, secondsToMicros } from '../../base/time.ts';
import { Beliefs } from '../checkers/groups/beliefs.ts';
import { type GroupObstacle, obstacleToRest, restWithinUs } from '../checkers/groups/converging.ts';
import { groupsOf } from '../groups/group.ts';
import { topicOf } from '../history/incarnations.ts';
import { groupConverges } from '../properties/groups.ts';
import type { Experiment } from './experiment.ts';

/** How often it is looked. */
const stepUs = secondsToMicros(0.5);

export async function groupsRest(experiment: Experiment): Promise<void> {
  const { history, incarnations, judge, view, world } = experiment;
  if (history.groups.stays.length === 0) return;
  const beliefs = new Beliefs(history.groups);
  const partitionsOf = (topic: string): string[] =>
    [...view.partitions.values()].flatMap(({ partition, topicId }) => {
      const name = incarnations.nameOfPartition(partition, topicId);
      return topicOf(partition) === topic && !incarnations.isDeleted(name) ? [name] : [];
    });
  const obstacleNow = (): GroupObstacle | null => {
    beliefs.advance();
    return obstacleToRest(history.groups, { beliefs, logs: judge.groups, partitionsOf });
  };
  let left = obstacleNow();
  if (left !== null) atRisk(groupConverges);
  const ages = groupsOf(experiment.plan.workload).map((group) => group.metadataMaxAgeMs);
  const withinUs = restWithinUs(history.groups, judge.groups, Math.max(0, ...ages));
  const deadlineUs = world.now + withinUs;
  while (left !== null && world.now < deadlineUs) {
    await experiment.runUntil(Math.min(deadlineUs, world.now + stepUs));
    left = obstacleNow();
  }
  if (left === null) return;
  judge.report(groupConverges, {
    about: { ...left, withinMs: microsToMs(withinUs) },
    atUs: world.now,
    partition: null,
    group: left.group,
    evidence: judge.standing(null),
  });
}
