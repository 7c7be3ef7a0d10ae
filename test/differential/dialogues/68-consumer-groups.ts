/**
 * Groups of the consumer protocol (KIP-848): ConsumerGroupHeartbeat and what ConsumerGroupDescribe
 * tells meanwhile. Each case has a group of its own.
 */
import { offsetFetchApi } from '../../../src/kafka/protocol/apis/09-offset-fetch.ts';
import { consumerGroupHeartbeatApi } from '../../../src/kafka/protocol/apis/68-consumer-group-heartbeat.ts';
import { Group, type Step, type StepOptions, versionsOf } from '../dialogue.ts';
import { AskedGroup, assignment, epochOf, generationOf, idOf, subscription } from './groups.ts';

const topic = 'cg-topic';
const other = 'cg-other';

type Dialogue = (group: AskedGroup) => readonly Step[];

/** How long a regular expression may take to be resolved. */
const resolvedMs = 1_500;

const dialogues: Readonly<Record<string, Dialogue>> = {
  'one member, from its join to its leaving': (group) => [
    group.enter('a', topic),
    group.describeConsumers(),
    group.beat({ memberEpoch: 1, owned: { [topic]: [0, 1, 2, 3] } }),
    group.beat({ memberEpoch: 1 }),
    group.describeConsumers(),
    group.commit({ topic, memberId: 'a', generationId: 1 }),
    group.committed(),
    group.beat({ memberEpoch: -1 }),
    group.describeConsumers(),
    group.beat({ memberEpoch: 1 }),
    group.commit({ topic, memberId: 'a', generationId: 1 }),
    group.commit({ topic }),
    group.beat({ memberEpoch: -1 }),
    group.enter('a', topic),
  ],
  'a second member takes its part': (group) => [
    group.enter('a', topic),
    group.beat({ memberEpoch: 1, owned: { [topic]: [0, 1, 2, 3] } }),
    group.enter('b', topic),
    group.describeConsumers(),
    group.beat({ memberEpoch: 1, owned: { [topic]: [0, 1, 2, 3] } }),
    group.describeConsumers(),
    group.beat({ memberId: 'b', memberEpoch: 2, owned: {} }),
    group.beat({ memberEpoch: 1, owned: { [topic]: [0, 1] } }),
    group.describeConsumers(),
    group.beat({ memberId: 'b', memberEpoch: 2 }),
    group.describeConsumers(),
    group.beat({ memberEpoch: 2 }),
    group.beat({ memberId: 'b', memberEpoch: -1 }),
    group.beat({ memberEpoch: 2 }),
    group.describeConsumers(),
  ],
  'a third member, and two leave at once': (group) => [
    group.enter('a', topic),
    group.enter('b', topic),
    group.enter('c', topic),
    group.beat({ memberEpoch: 1 }),
    group.beat({ memberEpoch: 1, owned: {} }),
    group.beat({ memberEpoch: 3, owned: {} }),
    group.describeConsumers(),
    group.beat({ memberId: 'b', memberEpoch: 2 }),
    group.beat({ memberId: 'b', memberEpoch: -1 }),
    group.beat({ memberId: 'c', memberEpoch: -1 }),
    group.describeConsumers(),
    group.beat({ memberEpoch: 3 }),
  ],
  'epochs that are not so': (group) => [
    group.enter('a', topic),
    group.beat({ memberEpoch: 5 }),
    group.beat({ memberEpoch: 0, owned: {} }),
    group.enter('b', topic),
    group.beat({ memberEpoch: 1 }),
    group.beat({ memberEpoch: 1, owned: { [topic]: [0] } }),
    group.beat({ memberId: 'nobody', memberEpoch: 1 }),
    group.beat({ memberId: 'nobody', memberEpoch: -1 }),
    group.beat({ memberId: 'nobody', memberEpoch: -2, instanceId: 'i' }),
    group.describeConsumers(),
  ],
  'commits and fetches by epoch': (group) => [
    group.enter('a', topic),
    group.commit({ topic, memberId: 'a', generationId: 1 }),
    group.commit({ topic, memberId: 'a', generationId: 0 }),
    group.commit({ topic, memberId: 'a', generationId: 2 }),
    group.commit({ topic, memberId: 'a', generationId: -1 }),
    group.commit({ topic, memberId: 'nobody', generationId: 1 }),
    group.commit({ topic }),
    ...(
      [
        ['a', 1],
        ['a', 0],
        ['a', 2],
        ['a', -1],
        ['nobody', 1],
        ['', -1],
        [null, -1],
      ] as const
    ).map(([memberId, memberEpoch]) =>
      group.ask(offsetFetchApi, () => ({
        groups: [{ groupId: group.id, memberId, memberEpoch, topics: null }],
      })),
    ),
  ],
  'a static member leaves for a while': (group) => {
    const instanceId = 'i';
    return [
      group.enter('a', topic, { instanceId }),
      group.beat({ memberEpoch: 1, instanceId, owned: { [topic]: [0, 1, 2, 3] } }),
      group.enter('b', topic, { instanceId }),
      group.beat({ memberEpoch: -2, instanceId }),
      group.describeConsumers(),
      group.beat({ memberEpoch: 1, instanceId }),
      group.commit({ topic, memberId: 'a', generationId: 1, groupInstanceId: instanceId }),
      group.enter('b', topic, { instanceId }),
      group.describeConsumers(),
      group.beat({ memberEpoch: 1, instanceId }),
      group.beat({ memberEpoch: 1 }),
      group.beat({ memberId: 'b', memberEpoch: 1, instanceId }),
      group.beat({ memberId: 'b', memberEpoch: 1 }),
      group.beat({ memberId: 'b', memberEpoch: -1, instanceId }),
      group.describeConsumers(),
    ];
  },
  'a static member comes back with another subscription': (group) => {
    const instanceId = 'i';
    return [
      group.enter('a', topic, { instanceId }),
      group.beat({ memberEpoch: -2, instanceId }),
      group.enter('b', other, { instanceId }),
      group.beat({ memberId: 'b', memberEpoch: 2, instanceId }),
      group.describeConsumers(),
    ];
  },
  'a subscription that changes': (group) => [
    group.enter('a', topic),
    group.beat({ memberEpoch: 1, subscribedTopicNames: [topic, other] }),
    group.describeConsumers(),
    group.beat({ memberEpoch: 1, owned: { [topic]: [0, 1, 2, 3] } }),
    group.beat({ memberEpoch: 2, subscribedTopicNames: [other] }),
    group.beat({ memberEpoch: 2, owned: { [other]: [0, 1] } }),
    group.describeConsumers(),
    group.beat({ memberEpoch: 3, subscribedTopicNames: [] }),
    group.describeConsumers(),
  ],
  'a topic that is not there': (group) => [
    group.enter('a', 'cg-none'),
    group.describeConsumers(),
    group.beat({ memberEpoch: 1, subscribedTopicNames: ['cg-none', topic] }),
    group.describeConsumers(),
  ],
  assignors: (group) => [
    group.enter('a', topic, { serverAssignor: 'range' }),
    group.describeConsumers(),
    group.enter('b', topic, { serverAssignor: 'uniform' }),
    group.describeConsumers(),
    group.enter('c', topic, { serverAssignor: 'uniform' }),
    group.describeConsumers(),
    group.beat({ memberEpoch: 1, serverAssignor: 'uniform' }),
    group.enter('d', topic, { serverAssignor: 'none' }),
    group.beat({ memberEpoch: 1, serverAssignor: '' }),
    group.describeConsumers(),
  ],
  'a member’s rack, rebalance timeout and client': (group) => [
    group.enter('a', topic, { rackId: 'r1' }),
    group.beat({ memberEpoch: 1, rackId: 'r2' }),
    group.describeConsumers(),
    group.beat({ memberEpoch: 2, rebalanceTimeoutMs: 1_000 }),
    group.describeConsumers(),
  ],
  'who does not give back in time is fenced': (group) => [
    group.enter('a', topic, { rebalanceTimeoutMs: 1_000 }),
    group.beat({ memberEpoch: 1, owned: { [topic]: [0, 1, 2, 3] } }),
    group.enter('b', topic),
    group.beat({ memberEpoch: 1, owned: { [topic]: [0, 1, 2, 3] } }),
    group.beat({ memberId: 'b', memberEpoch: 2, owned: {} }, { afterMs: 2_500 }),
    group.beat({ memberEpoch: 1 }),
    group.describeConsumers(),
  ],
  'a classic member beside consumers': (group) => [
    group.enter('a', topic),
    group.join({ protocols: [{ name: 'range', metadata: subscription(topic) }] }),
    group.join({
      protocols: [{ name: 'range', metadata: subscription(topic) }],
      memberId: idOf(2),
    }),
    group.describe(),
    group.describeConsumers(),
    group.heartbeat({ memberId: idOf(3), generationId: generationOf(3) }),
    group.sync({ memberId: idOf(3), generationId: generationOf(3) }),
    group.beat({ memberEpoch: 1, owned: { [topic]: [0, 1] } }),
    group.heartbeat({ memberId: idOf(3), generationId: generationOf(3) }),
    group.join({ protocolType: 'connect' }),
    group.join({ protocols: [{ name: 'range', metadata: Uint8Array.from([1]) }] }),
    group.leave([{ memberId: idOf(3) }]),
    group.describeConsumers(),
  ],
  'a consumer beside a stable classic member': (group) => {
    const protocols = [{ name: 'range', metadata: subscription(topic) }];
    return [
      group.join({ protocols }),
      group.join({ protocols, memberId: idOf(1) }),
      group.sync({
        memberId: idOf(2),
        generationId: generationOf(2),
        assignments: [[idOf(2), assignment(topic, 0, 1, 2, 3)]],
      }),
      group.enter('b', topic),
      group.describe(),
      group.describeConsumers(),
      group.heartbeat({ memberId: idOf(2), generationId: generationOf(2) }),
      group.beat({ memberId: 'b', memberEpoch: -1 }),
      group.describe(),
      group.describeConsumers(),
    ];
  },
  'a consumer of an empty classic group': (group) => [
    group.commit({ topic }),
    group.enter('a', topic),
    group.describeConsumers(),
    group.committed(),
  ],
  'a classic member of an empty consumer group': (group) => [
    group.enter('a', topic),
    group.beat({ memberEpoch: -1 }),
    group.join(),
    group.join({ memberId: idOf(3) }),
    group.describe(),
    group.describeConsumers(),
  ],
  'a consumer beside a classic member without assignment': (group) => [
    group.join(),
    group.join({ memberId: idOf(1) }),
    group.enter('a', topic),
    group.describe(),
    group.describeConsumers(),
  ],
  'a consumer beside members that are no consumers': (group) => [
    group.join({ protocolType: 'connect' }),
    group.join({ protocolType: 'connect', memberId: idOf(1) }),
    group.enter('a', topic),
    group.describe(),
  ],
};

/** From version 1 on. */
const regexDialogues: Readonly<Record<string, Dialogue>> = {
  'a regular expression': (group) => [
    group.beat({ rebalanceTimeoutMs: 30_000, subscribedTopicRegex: 'cg-t.*', owned: {} }),
    group.beat({ memberEpoch: 1 }, { afterMs: resolvedMs }),
    group.describeConsumers(),
    group.beat({ memberEpoch: epochOf(2), subscribedTopicRegex: 'cg-o.*' }),
    group.beat({ memberEpoch: epochOf(4) }, { afterMs: resolvedMs }),
    group.describeConsumers(),
  ],
  'a regular expression and names': (group) => [
    group.enter('a', other, { subscribedTopicRegex: 'cg-t.*' }),
    group.beat({ memberEpoch: 1 }, { afterMs: resolvedMs }),
    group.describeConsumers(),
    group.beat({ memberEpoch: epochOf(2), subscribedTopicRegex: '' }),
    group.beat({ memberEpoch: epochOf(4) }, { afterMs: resolvedMs }),
    group.describeConsumers(),
  ],
  'a regular expression that matches nothing': (group) => [
    group.beat({ rebalanceTimeoutMs: 30_000, subscribedTopicRegex: 'nothing', owned: {} }),
    group.beat({ memberEpoch: 1 }, { afterMs: resolvedMs }),
    group.describeConsumers(),
  ],
  'a regular expression that is none': (group) => [
    group.beat({ rebalanceTimeoutMs: 30_000, subscribedTopicRegex: '[', owned: {} }),
    group.beat({ rebalanceTimeoutMs: 30_000, subscribedTopicRegex: '(?=x)', owned: {} }),
    group.beat({ rebalanceTimeoutMs: 30_000, subscribedTopicRegex: '', owned: {} }),
    group.describeConsumers(),
  ],
  'a regular expression for part of a name': (group) => [
    group.beat({ rebalanceTimeoutMs: 30_000, subscribedTopicRegex: 'topic', owned: {} }),
    group.beat({ memberEpoch: 1 }, { afterMs: resolvedMs }),
    group.describeConsumers(),
  ],
};

export function consumerGroups(): Group {
  const g = new Group('Consumer groups', 60);
  g.topic(topic, { partitions: 4 });
  g.topic(other, { partitions: 2 });
  for (const v of versionsOf(consumerGroupHeartbeatApi)) {
    const all = { ...dialogues, ...(v >= 1 && regexDialogues) };
    for (const [what, dialogue] of Object.entries(all)) {
      const group = new AskedGroup(`cg-${v}-${what.replaceAll(/\W/g, '-')}`);
      const inVersion = dialogue(group).map((each) =>
        each.api === consumerGroupHeartbeatApi ? { ...each, version: v } : each,
      );
      g.talk(`Consumer group v${v}: ${what}`, inVersion);
    }
  }
  return g;
}

/** Requests that are wrong whatever the group is. */
export function consumerRefusals(): Group {
  const g = new Group('ConsumerGroupHeartbeat: refused requests', 30);
  g.topic(topic, { partitions: 4 });
  for (const v of versionsOf(consumerGroupHeartbeatApi)) {
    const first = { rebalanceTimeoutMs: 30_000, subscribedTopicNames: [topic], owned: {} };
    let made = 0;
    const asks = (
      what: string,
      given: Parameters<AskedGroup['beat']>[0],
      group = new AskedGroup(`ch-${v}-${++made}`, v),
      options: StepOptions = {},
    ): void =>
      g.talk(`ConsumerGroupHeartbeat v${v}: ${what}`, [
        group.beat(given, options),
        group.describeConsumers(),
      ]);
    asks('an empty group id', first, new AskedGroup('', v));
    asks('a group id of blanks', first, new AskedGroup('  ', v));
    asks('an empty member id, epoch 0', { ...first, memberId: '' });
    asks('an empty member id, epoch 1', { memberId: '', memberEpoch: 1 });
    asks('an empty member id, epoch −1', { memberId: '', memberEpoch: -1 });
    asks('epoch −3', { memberEpoch: -3 });
    asks('epoch −2 without an instance', { memberEpoch: -2 });
    asks('epoch −2 with an instance', { memberEpoch: -2, instanceId: 'i' });
    asks('epoch −1 of no group', { memberEpoch: -1 });
    asks('epoch 1 of no group', { memberEpoch: 1 });
    asks('no rebalance timeout', { ...first, rebalanceTimeoutMs: -1 });
    asks('a rebalance timeout of 0', { ...first, rebalanceTimeoutMs: 0 });
    asks('a rebalance timeout of −2', { ...first, rebalanceTimeoutMs: -2 });
    asks('no subscription', { rebalanceTimeoutMs: 30_000, owned: {} });
    asks('no partitions told', { rebalanceTimeoutMs: 30_000, subscribedTopicNames: [topic] });
    asks('partitions that it cannot have', { ...first, owned: { [topic]: [0] } });
    asks('an empty instance id', { ...first, instanceId: '' });
    asks('an empty rack', { ...first, rackId: '' });
    asks('an unknown assignor', { ...first, serverAssignor: 'sticky' });
    asks('an empty assignor', { ...first, serverAssignor: '' });
    asks('an empty subscription', { ...first, subscribedTopicNames: [] });
    asks('at another node', first, new AskedGroup('ch', v), { awayFrom: 'ch' });
  }
  return g;
}
