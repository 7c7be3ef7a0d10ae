/**
 * The end of a trial's run: what was sent is answered and committed, then a consumer of its own
 * reads everything from the beginning.
 */
import { msToMicros, secondsToMicros } from '../../base/time.ts';
import { membersOf } from '../groups/group.ts';
import type { TopicPartitions } from '../workload/consumer.ts';
import { finalReaderProgram } from '../workload/final-reader.ts';
import { inspectorProgram } from '../workload/inspector.ts';
import { brokersOf } from './clients.ts';
import type { Experiment } from './experiment.ts';

/** Within this time after the last send all that leaders hold is below their high watermarks. */
const settleWithinUs = secondsToMicros(60);
/** How often it is looked whether it is. */
const stepUs = secondsToMicros(0.5);
const finalReadWithinUs = secondsToMicros(60);
const inspectWithinUs = secondsToMicros(60);

/** Producers have been told to begin nothing more; they finish here. */
export async function readFinally(experiment: Experiment): Promise<void> {
  const { history, world, plan, cluster } = experiment;
  const deliveryUs = msToMicros(plan.workload.deliveryTimeoutMs);
  await experiment.runWhile(() => history.pending > 0, world.now + deliveryUs);
  await settle(experiment);
  const topics = await finalTopics(experiment);
  let done: string | null | undefined;
  const reader = finalReaderProgram({
    index: plan.workload.consumers + membersOf(plan.workload).length + 1,
    topics,
    bootstrap: cluster.bootstrap,
    history,
    now: () => world.now,
    onDone: (problem) => {
      done = problem;
    },
  });
  world.addMachine('final').start(reader);
  await experiment.runWhile(() => done === undefined, world.now + finalReadWithinUs);
  if (done !== null)
    experiment.reportNotConverged(
      `the final reader did not get through: ${done ?? 'it still waits'}`,
    );
}

/** What leaders alone have acknowledged (acks=1) is committed before it is read. */
async function settle(experiment: Experiment): Promise<void> {
  const { judge, view, incarnations, world } = experiment;
  const uncommitted = (): string | null =>
    judge.uncommitted(
      [...view.partitions.values()].map(({ partition, topicId, leader }) => [
        incarnations.nameOfPartition(partition, topicId),
        leader,
      ]),
    );
  const deadline = world.now + settleWithinUs;
  do await experiment.runUntil(Math.min(deadline, world.now + stepUs));
  while (uncommitted() !== null && world.now < deadline);
  const left = uncommitted();
  if (left !== null)
    experiment.reportNotConverged(
      `the high watermark of ${left} did not reach the end of its leader's log`,
    );
}

/** Where activities changed them, they are what brokers tell when all operations are over. */
async function finalTopics(experiment: Experiment): Promise<readonly TopicPartitions[]> {
  const { plan, scenario, history, world, cluster } = experiment;
  if ((plan.activities ?? []).length === 0) return scenario.topics;
  const { operations, views } = history;
  await experiment.runWhile(() => operations.open > 0, world.now + settleWithinUs);
  let done: string | null | undefined;
  const program = inspectorProgram({
    brokers: brokersOf(experiment),
    bootstrap: cluster.bootstrap,
    history,
    now: () => world.now,
    onDone: (problem) => {
      done = problem;
    },
  });
  world.addMachine('inspector').start(program);
  await experiment.runWhile(() => done === undefined, world.now + inspectWithinUs);
  if (done !== null)
    experiment.reportNotConverged(
      `the brokers did not tell of the cluster: ${done ?? 'no answer'}`,
    );
  return views.findLast(({ phase }) => phase === 'final')?.topics ?? [];
}
