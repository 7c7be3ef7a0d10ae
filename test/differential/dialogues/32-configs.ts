/** DescribeConfigs and IncrementalAlterConfigs. */
import { describeConfigsApi } from '../../../src/kafka/protocol/apis/32-describe-configs.ts';
import { incrementalAlterConfigsApi } from '../../../src/kafka/protocol/apis/44-incremental-alter-configs.ts';
import { Group, versionsOf } from '../dialogue.ts';
import { internalNames, invalidNames, topicSettings } from './vocabulary.ts';

const resourceTypes = [-1, 0, 1, 3, 5, 8, 16, 32, 64, 127];

export function describeConfigs(): Group {
  const g = new Group('DescribeConfigs');
  g.topic('dc-plain');
  g.topic('dc-set', {
    configs: { 'retention.ms': '1000', 'cleanup.policy': 'compact', 'max.message.bytes': '5000' },
  });
  for (const v of versionsOf(describeConfigsApi)) {
    const asks = (
      what: string,
      resourceType: number,
      resourceName: string,
      configurationKeys: readonly string[] | null = null,
      rest: object = {},
      node = 1,
    ): void =>
      g.ask(
        describeConfigsApi,
        v,
        what,
        { resources: [{ resourceType, resourceName, configurationKeys }], ...rest },
        { node },
      );
    const all = { includeSynonyms: true, includeDocumentation: true };
    for (const topic of ['dc-plain', 'dc-set']) {
      asks(`${topic}`, 2, topic);
      asks(`${topic}, at node 2`, 2, topic, null, {}, 2);
      asks(`${topic}, synonyms and documentation`, 2, topic, null, all);
      asks(`${topic}, no keys`, 2, topic, []);
      asks(`${topic}, one key`, 2, topic, ['retention.ms']);
      asks(`${topic}, a key twice`, 2, topic, ['retention.ms', 'retention.ms']);
      asks(`${topic}, an unknown key`, 2, topic, ['no.such.setting', 'retention.ms']);
    }
    asks('an unknown topic', 2, 'dc-none');
    for (const [what, name] of invalidNames) asks(what, 2, name);
    for (const name of internalNames) asks(name, 2, name);
    const keys = [
      'message.max.bytes',
      'num.partitions',
      'broker.id',
      'node.id',
      'log.retention.ms',
    ];
    asks('broker 1, some keys', 4, '1', keys, all);
    asks('broker 1, all keys', 4, '1');
    asks('broker 2 at node 1', 4, '2', keys);
    asks('broker 9', 4, '9', keys);
    asks('all brokers', 4, '', keys);
    asks('all brokers, all keys', 4, '');
    asks('a broker that is no number', 4, 'one', keys);
    for (const type of resourceTypes) {
      asks(`type ${type}, a name`, type, 'thing');
      asks(`type ${type}, no name`, type, '');
    }
    asks('type 8, broker 1', 8, '1');
    const topic = { resourceType: 2, resourceName: 'dc-set', configurationKeys: ['retention.ms'] };
    g.ask(describeConfigsApi, v, 'no resources', { resources: [] });
    g.ask(describeConfigsApi, v, 'one resource twice', { resources: [topic, topic] });
    g.ask(describeConfigsApi, v, 'a good one and an unknown one', {
      resources: [topic, { ...topic, resourceName: 'dc-none' }],
    });
  }
  return g;
}

const [set, remove, append, subtract] = [0, 1, 2, 3];

/** Each on a topic of its own with `retention.ms=1000` and `cleanup.policy=compact`. */
const changes: readonly (readonly [
  what: string,
  ...(readonly [string, number, string | null])[],
])[] = [
  ['set', ['retention.ms', set, '2000']],
  ['set to null', ['retention.ms', set, null]],
  ['set to nothing', ['retention.ms', set, '']],
  ['set to no number', ['retention.ms', set, 'long']],
  ['set beyond bounds', ['retention.ms', set, '-2']],
  ['set with blanks', ['retention.ms', set, ' 2000 ']],
  ['delete', ['retention.ms', remove, null]],
  ['delete with a value', ['retention.ms', remove, '5']],
  ['delete what is not set', ['segment.ms', remove, null]],
  ['delete an unknown key', ['no.such.setting', remove, null]],
  ['set an unknown key', ['no.such.setting', set, '1']],
  ['set an empty key', ['', set, '1']],
  ['append', ['cleanup.policy', append, 'delete']],
  ['append what is there', ['cleanup.policy', append, 'compact']],
  ['append null', ['cleanup.policy', append, null]],
  ['append an unknown value', ['cleanup.policy', append, 'burn']],
  ['append two', ['cleanup.policy', append, 'delete,compact']],
  ['append to no list', ['retention.ms', append, '5']],
  ['append to an unknown key', ['no.such.setting', append, '5']],
  ['subtract', ['cleanup.policy', subtract, 'compact']],
  ['subtract what is not there', ['cleanup.policy', subtract, 'delete']],
  ['subtract from no list', ['retention.ms', subtract, '5']],
  ['subtract null', ['cleanup.policy', subtract, null]],
  ['policy of nothing', ['cleanup.policy', set, '']],
  ['policy delete,compact', ['cleanup.policy', set, 'delete,compact']],
  ['policy with a blank', ['cleanup.policy', set, 'compact, delete']],
  ['policy twice the same', ['cleanup.policy', set, 'compact,compact']],
  ['operation 4', ['retention.ms', 4, '5']],
  ['operation −1', ['retention.ms', -1, '5']],
  ['one key twice', ['retention.ms', set, '5'], ['retention.ms', set, '6']],
  ['one key set and deleted', ['retention.ms', set, '5'], ['retention.ms', remove, null]],
  ['two keys', ['retention.ms', set, '5'], ['segment.ms', set, '6']],
  ['a good key and a wrong one', ['segment.ms', set, '5'], ['retention.ms', set, 'x']],
  ['nothing'],
];

interface Change {
  readonly resourceType?: number;
  readonly resourceName: string;
  readonly configs: readonly { name: string; configOperation: number; value: string | null }[];
}

export function alterConfigs(): Group {
  const g = new Group('IncrementalAlterConfigs');
  const configs = { 'retention.ms': '1000', 'cleanup.policy': 'compact' };
  const one = (name: string, configOperation: number, value: string | null) => ({
    name,
    configOperation,
    value,
  });
  for (const v of versionsOf(incrementalAlterConfigsApi)) {
    let index = 0;
    const topic = (): string => g.topic(`ac-${v}-${index++}`, { configs }).name;
    const asks = (what: string, resources: readonly Change[], validateOnly = false): void => {
      const settings = resources
        .filter(({ resourceType = 2, resourceName }) => resourceType === 2 && resourceName !== '')
        .map(({ resourceName }) => resourceName)
        .filter((name) => name.startsWith('ac-'));
      g.ask(
        incrementalAlterConfigsApi,
        v,
        what,
        { resources: resources.map((each) => ({ resourceType: 2, ...each })), validateOnly },
        { settings },
      );
    };
    for (const [what, ...told] of changes) {
      const list = told.map((each) => one(...each));
      asks(what, [{ resourceName: topic(), configs: list }]);
      asks(`${what}, only tried`, [{ resourceName: topic(), configs: list }], true);
    }
    const retention = [one('retention.ms', set, '7')];
    const twice = { resourceName: topic(), configs: retention };
    asks('one topic twice', [twice, twice]);
    asks(
      'two topics',
      [topic(), topic()].map((resourceName) => ({ resourceName, configs: retention })),
    );
    asks('a good topic and an unknown one', [
      { resourceName: topic(), configs: retention },
      { resourceName: 'ac-none', configs: retention },
    ]);
    asks('no resources', []);
    for (const [what, resourceName] of [...invalidNames, ['an unknown topic', 'none'] as const]) {
      asks(what, [{ resourceName, configs: retention }]);
    }
    asks('__cluster_metadata', [{ resourceName: '__cluster_metadata', configs: retention }]);
    brokers(v, asks, one);
    for (const resourceType of resourceTypes) {
      // 8 is a broker’s logger and 16 and 32 are named freely: an unknown key leaves no trace.
      const list = [one('no.such.setting', set, '1')];
      asks(`type ${resourceType}`, [{ resourceType, resourceName: 'thing', configs: list }], true);
      asks(
        `type ${resourceType}, no name`,
        [{ resourceType, resourceName: '', configs: list }],
        true,
      );
    }
  }
  altersSettings(g, configs);
  return g;
}

function brokers(
  v: number,
  asks: (what: string, resources: readonly Change[], validateOnly?: boolean) => void,
  one: (name: string, operation: number, value: string | null) => Change['configs'][number],
): void {
  const broker = (resourceName: string, ...list: Change['configs']): Change[] => [
    { resourceType: 4, resourceName, configs: list },
  ];
  for (const [what, name] of [
    ['broker 1', '1'],
    ['all brokers', ''],
    ['broker 9', '9'],
  ] as const) {
    asks(`${what}: set`, broker(name, one('message.max.bytes', set, '1048588')));
    asks(`${what}: delete`, broker(name, one('message.max.bytes', remove, null)));
    asks(`${what}: no number`, broker(name, one('message.max.bytes', set, 'x')));
    asks(`${what}: read-only`, broker(name, one('broker.id', set, '1')));
    asks(`${what}: an unknown key`, broker(name, one('no.such.setting', remove, null)));
  }
  asks('a broker that is no number', broker('one', one('message.max.bytes', set, '1048588')));
  asks(`broker 1, only tried, v${v}`, broker('1', one('message.max.bytes', set, '100')), true);
}

function altersSettings(g: Group, configs: Readonly<Record<string, string>>): void {
  let index = 0;
  for (const [key, ...values] of topicSettings) {
    for (const value of values) {
      const resourceName = g.topic(`ac-set-${index++}`, { configs }).name;
      const list = [{ name: key, configOperation: set, value }];
      g.ask(
        incrementalAlterConfigsApi,
        1,
        `${key}=${value}`,
        { resources: [{ resourceType: 2, resourceName, configs: list }], validateOnly: false },
        { settings: [resourceName] },
      );
    }
  }
}
