/** What is told of groups: DescribeGroups, ListGroups, ConsumerGroupDescribe, group settings. */
import { describeGroupsApi } from '../../../src/kafka/protocol/apis/15-describe-groups.ts';
import { listGroupsApi } from '../../../src/kafka/protocol/apis/16-list-groups.ts';
import { describeConfigsApi } from '../../../src/kafka/protocol/apis/32-describe-configs.ts';
import { incrementalAlterConfigsApi } from '../../../src/kafka/protocol/apis/44-incremental-alter-configs.ts';
import { consumerGroupDescribeApi } from '../../../src/kafka/protocol/apis/69-consumer-group-describe.ts';
import { Group, step, versionsOf } from '../dialogue.ts';
import { AskedGroup, assignment, generationOf, idOf, subscription } from './groups.ts';

const topic = 'dg-topic';

interface Situation {
  readonly what: string;
  readonly group: AskedGroup;
  readonly steps: ReturnType<AskedGroup['join']>[];
}

/** Groups in each state, by the steps that bring them there. */
function situations(suffix: string): readonly Situation[] {
  const lead = (what: string, steps: (group: AskedGroup) => Situation['steps']): Situation => {
    const group = new AskedGroup(`${what.replaceAll(' ', '-')}-${suffix}`);
    return { what, group, steps: steps(group) };
  };
  const claim = { memberId: idOf(2), generationId: generationOf(2) };
  const protocols = [
    { name: 'range', metadata: subscription(topic) },
    { name: 'roundrobin', metadata: subscription(topic) },
  ];
  const joins = (group: AskedGroup) => [
    group.join({ protocols }),
    group.join({ protocols, memberId: idOf(1) }),
  ];
  const sync = (group: AskedGroup) =>
    group.sync({ ...claim, assignments: [[idOf(2), assignment(topic, 0, 1)]] });
  return [
    lead('nobody', () => []),
    lead('offsets alone', (group) => [group.commit({ topic })]),
    lead('told its id', (group) => [group.join()]),
    lead('without assignment', joins),
    lead('stable', (group) => [...joins(group), sync(group)]),
    lead('of another type', (group) => [
      group.join({ protocolType: 'connect' }),
      group.join({ protocolType: 'connect', memberId: idOf(1) }),
      group.sync({ ...claim, protocolType: 'connect', assignments: [] }),
    ]),
    lead('left', (group) => [...joins(group), sync(group), group.leave([claim])]),
    lead('consumer', (group) => [group.enter('a', topic)]),
    lead('two consumers', (group) => [
      group.enter('a', topic),
      group.enter('b', topic, { instanceId: 'i', rackId: 'r' }),
    ]),
    lead('consumer left', (group) => [group.enter('a', topic), group.beat({ memberEpoch: -1 })]),
    lead('consumer of nothing', (group) => [group.enter('a', 'dg-none')]),
  ];
}

export function describeGroups(): Group {
  const g = new Group('DescribeGroups, ConsumerGroupDescribe', 60);
  g.topic(topic, { partitions: 3 });
  for (const v of versionsOf(describeGroupsApi)) {
    const ask = (groups: readonly string[], includeAuthorizedOperations = false, options: object) =>
      step(describeGroupsApi, v, { groups, includeAuthorizedOperations }, options);
    for (const { group, steps, what } of situations(`d-${v}`)) {
      const at = { coordinatorOf: group.id };
      g.talk(`DescribeGroups v${v}: ${what}`, [
        ...steps,
        ask([group.id], false, at),
        ask([group.id], true, at),
        ask([group.id, group.id], false, at),
      ]);
    }
    g.talk(`DescribeGroups v${v}: no groups`, [ask([], false, {})]);
    g.talk(`DescribeGroups v${v}: an empty id`, [ask([''], false, { coordinatorOf: '' })]);
    g.talk(`DescribeGroups v${v}: at another node`, [ask(['dg'], false, { awayFrom: 'dg' })]);
  }
  for (const v of versionsOf(consumerGroupDescribeApi)) {
    const ask = (
      groupIds: readonly string[],
      includeAuthorizedOperations = false,
      options: object,
    ) => step(consumerGroupDescribeApi, v, { groupIds, includeAuthorizedOperations }, options);
    for (const { group, steps, what } of situations(`c-${v}`)) {
      const at = { coordinatorOf: group.id };
      g.talk(`ConsumerGroupDescribe v${v}: ${what}`, [
        ...steps,
        ask([group.id], false, at),
        ask([group.id], true, at),
        ask([group.id, group.id], false, at),
      ]);
    }
    g.talk(`ConsumerGroupDescribe v${v}: no groups`, [ask([], false, {})]);
    g.talk(`ConsumerGroupDescribe v${v}: an empty id`, [ask([''], false, { coordinatorOf: '' })]);
    g.talk(`ConsumerGroupDescribe v${v}: at another node`, [
      ask(['dg'], false, { awayFrom: 'dg' }),
    ]);
  }
  return g;
}

const states = ['Stable', 'stable', 'Empty', 'Dead', 'CompletingRebalance', 'PreparingRebalance'];
const furtherStates = ['Assigning', 'Reconciling', 'nonsense', ''];
const types = ['classic', 'Classic', 'consumer', 'share', 'nonsense', ''];

export function listGroups(): Group {
  const g = new Group('ListGroups', 60);
  g.topic(topic, { partitions: 3 });
  for (const v of versionsOf(listGroupsApi)) {
    for (const { group, steps, what } of situations(`l-${v}`)) {
      const list = (statesFilter: readonly string[] = [], typesFilter: readonly string[] = []) =>
        step(listGroupsApi, v, { statesFilter, typesFilter }, { coordinatorOf: group.id });
      const filtered = v < 4 ? [] : [...states, ...furtherStates].map((state) => list([state]));
      const typed = v < 5 ? [] : types.map((type) => list([], [type]));
      const both =
        v < 5
          ? []
          : [list(['Stable', 'Empty'], ['classic']), list(['Stable'], ['consumer', 'classic'])];
      g.talk(`ListGroups v${v}: ${what}`, [...steps, list(), ...filtered, ...typed, ...both], {
        only: [group.id],
      });
    }
  }
  return g;
}

const groupType = 32;

/** Settings of groups, with good values and wrong ones. */
const settings: readonly (readonly [key: string, ...values: (string | null)[]])[] = [
  ['consumer.session.timeout.ms', '45000', '60000', '44999', '60001', '0', '-1', 'x', '', null],
  ['consumer.heartbeat.interval.ms', '5000', '15000', '4999', '15001', '0', 'x', null],
  ['no.such.setting', '1', null],
  ['retention.ms', '1000'],
  ['', '1'],
];

export function groupConfigs(): Group {
  const g = new Group('Settings of groups');
  let made = 0;
  const resource = (resourceName: string, configurationKeys: readonly string[] | null = null) => ({
    resourceType: groupType,
    resourceName,
    configurationKeys,
  });
  const ours = ['consumer.session.timeout.ms', 'consumer.heartbeat.interval.ms'];
  for (const v of versionsOf(describeConfigsApi)) {
    const all = { includeSynonyms: true, includeDocumentation: true };
    g.ask(describeConfigsApi, v, 'a group, all keys', { resources: [resource('gc-none')] });
    g.ask(describeConfigsApi, v, 'a group, the consumers’ keys', {
      resources: [resource('gc-none', ours)],
      ...all,
    });
    g.ask(describeConfigsApi, v, 'a group, no keys', { resources: [resource('gc-none', [])] });
    g.ask(describeConfigsApi, v, 'a group without a name', { resources: [resource('', ours)] });
    g.ask(describeConfigsApi, v, 'a group, an unknown key', {
      resources: [resource('gc-none', ['no.such.setting', ours[0]!])],
    });
  }
  for (const v of versionsOf(incrementalAlterConfigsApi)) {
    const alter = (
      what: string,
      configs: readonly (readonly [name: string, configOperation: number, value: string | null])[],
      resourceName = `gc-${++made}`,
      validateOnly = false,
    ): void => {
      const asked = {
        resourceType: groupType,
        resourceName,
        configs: configs.map(([name, configOperation, value]) => ({
          name,
          configOperation,
          value,
        })),
      };
      g.talk(`IncrementalAlterConfigs v${v}: group, ${what}`, [
        step(incrementalAlterConfigsApi, v, { resources: [asked], validateOnly }),
        step(
          describeConfigsApi,
          4,
          { resources: [resource(resourceName, ours)], includeSynonyms: true },
          { afterMs: 400 },
        ),
      ]);
    };
    for (const [key, ...values] of settings) {
      for (const value of values) {
        alter(`${key}=${value}`, [[key, 0, value]]);
        if (value !== null) alter(`${key}=${value}, only to see`, [[key, 0, value]], 'gc', true);
      }
      alter(`${key} deleted`, [[key, 1, null]]);
      alter(`${key} appended to`, [[key, 2, '45000']]);
    }
    alter('without a name', [['consumer.session.timeout.ms', 0, '50000']], '');
    alter('both settings', [
      ['consumer.session.timeout.ms', 0, '50000'],
      ['consumer.heartbeat.interval.ms', 0, '6000'],
    ]);
    alter('a good one and a wrong one', [
      ['consumer.session.timeout.ms', 0, '50000'],
      ['consumer.heartbeat.interval.ms', 0, '1'],
    ]);
    alter('nothing', []);
  }
  return g;
}
