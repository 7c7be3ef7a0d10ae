import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import type { NodeId } from '../../../base/ids.ts';
import type { RandomStream } from '../../../host/random.ts';
import { errorCode } from '../../../kafka/protocol/errors.ts';
import { activityKind, duration, topicName } from '../activity.ts';
import type { AdministratorActor } from '../actors.ts';
import type { Stage, StageTopic } from '../stage.ts';

const changes = ['reorder', 'replace', 'add', 'remove', 'cancel'] as const;
type Change = (typeof changes)[number];

/** What is to become of a partition's replicas. */
interface Wish {
  readonly change: Change;
  readonly pick: number;
  readonly atLeast: number;
}

const kind = 'move-partition';

export const movePartition = activityKind({
  name: kind,
  does: 'the administrator has `partition` of `topic`, or all of them one after the other (null), change its replicas (AlterPartitionReassignments): `reorder`, `replace` one, `add` one, `remove` one down to `atLeast`, or `cancel` what is under way; `pick` chooses among them, and `cancelAfterMs` takes it back soon',
  by: 'administrator',
  fields: {
    topic: topicName,
    partition: z.int().min(0).max(63).nullable(),
    change: z.enum(changes),
    pick: z.int().min(0).max(999).default(0),
    atLeast: z.int().min(1).max(9).default(2),
    cancelAfterMs: duration.nullable().default(null),
  },
  draw(random, stage) {
    const topic = drawOne(stage.topics, random);
    const change = drawChange(topic, stage, random);
    if (change === null) return null;
    const isLong = change === 'replace' || change === 'add';
    return {
      topic: topic.name,
      partition: random.int(3) === 0 ? null : random.int(topic.partitions),
      change,
      pick: random.int(1_000),
      atLeast: stage.copiesOf(topic.name),
      cancelAfterMs: isLong ? drawOne([null, null, null, 0, 100, 1_000], random) : null,
    };
  },
  consequences: ({ topic, change, atLeast }) => ({
    needs: topic,
    ...(change === 'remove' ? { shrinks: { topic, replicas: atLeast } } : {}),
  }),
  async run(activity, actor) {
    const { topic, partition, change, cancelAfterMs } = activity;
    const known = actor.directory.all.find(({ name }) => name === topic)?.partitions ?? 1;
    const all =
      partition === null ? Array.from({ length: known }, (_, index) => index) : [partition];
    if (change === 'cancel') {
      for (const index of all) await take(topic, index, null, actor);
      return;
    }
    const begun: number[] = [];
    for (const index of all) if (await move(index, activity, actor)) begun.push(index);
    if (cancelAfterMs === null) return;
    await actor.wait(cancelAfterMs);
    for (const index of begun) await take(topic, index, null, actor);
  },
});

/**
 * Orders of preference in most cases; null where the topic can have no other replicas. Where every
 * broker has one, another can be added once one was removed.
 */
function drawChange(
  { replicationFactor }: StageTopic,
  { brokers }: Stage,
  random: RandomStream,
): Change | null {
  const isSpare = brokers > replicationFactor;
  const possible: Change[] = [
    ...(replicationFactor > 1 ? (['reorder', 'reorder', 'reorder', 'remove', 'add'] as const) : []),
    ...(isSpare ? (['replace', 'replace', 'replace', 'cancel'] as const) : []),
  ];
  return possible.length === 0 ? null : drawOne(possible, random);
}

/** The replicas that are wanted from now on; null where there is nothing to be changed. */
export function changed(
  replicas: readonly NodeId[],
  brokers: readonly NodeId[],
  { change, pick, atLeast }: Wish,
): readonly NodeId[] | null {
  const spare = brokers.filter((broker) => !replicas.includes(broker));
  const other = spare[pick % Math.max(1, spare.length)];
  const at = pick % replicas.length;
  switch (change) {
    case 'reorder': {
      const first = 1 + (pick % Math.max(1, replicas.length - 1));
      return replicas.length < 2 ? null : [...replicas.slice(first), ...replicas.slice(0, first)];
    }
    case 'replace':
      return other === undefined ? null : replicas.map((node, i) => (i === at ? other : node));
    case 'add':
      return other === undefined ? null : [...replicas, other];
    case 'remove':
      return replicas.length <= atLeast ? null : replicas.filter((_, i) => i !== at);
    case 'cancel':
      return null;
  }
}

/** False where there was nothing to be moved. */
async function move(
  index: number,
  given: Wish & { readonly topic: string },
  actor: AdministratorActor,
): Promise<boolean> {
  const placement = await actor.placement(given.topic, index);
  if (placement === null) return false;
  const brokers = actor.brokers.map(({ id }) => id);
  const wanted = changed(placement.wanted, brokers, { ...given, pick: given.pick + index });
  if (wanted === null) return false;
  await take(given.topic, index, wanted, actor);
  return true;
}

async function take(
  topic: string,
  partition: number,
  replicas: readonly NodeId[] | null,
  { admin, perform }: AdministratorActor,
): Promise<void> {
  await perform(
    {
      kind,
      about: { topic, index: partition, replicas },
      change: { does: 'reassign', topic, partition, replicas },
      // Another attempt of this very call may have taken it back.
      doneBefore: replicas === null ? [errorCode.noReassignmentInProgress] : [],
    },
    (options) => admin.alterReassignments(topic, [{ partition, replicas }], options),
  );
}
