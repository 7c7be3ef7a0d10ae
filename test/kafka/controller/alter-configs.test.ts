import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alterConfigs, replaceConfigs } from '../../../src/kafka/controller/alter-configs.ts';
import { topicSettings } from '../../../src/kafka/metadata/image.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { type ClusterLook, cluster, topicId } from './fixtures.ts';

const [set, remove, append, subtract] = [0, 1, 2, 3];

function alter(
  configs: readonly (readonly [
    name: string,
    operation: number | undefined,
    value: string | null,
  ])[],
  look: ClusterLook = { partitions: [{}] },
  resource: readonly [type: number, name: string] = [2, 'orders'],
) {
  const context = cluster(look);
  const { records, response } = alterConfigs(context, {
    resources: [
      {
        resourceType: resource[0],
        resourceName: resource[1],
        configs: configs.map(([name, configOperation, value]) => ({
          name,
          configOperation: configOperation ?? -1,
          value,
        })),
      },
    ],
    validateOnly: false,
  });
  context.apply(records);
  return {
    code: response.responses[0]?.errorCode,
    settings: topicSettings(context.image, 'orders', context.settings),
    context,
    records,
  };
}

describe('altering settings of a topic', () => {
  it('sets them and takes them back', () => {
    expect(alter([['retention.ms', set, '5']]).settings.retentionMs).toBe(5);
    const look = { partitions: [{}], configs: { 'retention.ms': '5' } };
    expect(alter([['retention.ms', remove, null]], look).settings.retentionMs).toBe(604_800_000);
  });

  it('adds to lists and takes from them', () => {
    expect(alter([['cleanup.policy', append, 'compact']]).settings.cleanupPolicy).toBe(
      'compact,delete',
    );
    const look = { partitions: [{}], configs: { 'cleanup.policy': 'compact,delete' } };
    expect(alter([['cleanup.policy', subtract, 'delete']], look).settings.cleanupPolicy).toBe(
      'compact',
    );
  });

  it('appends at the end, and may take the last one away', () => {
    const policyAfter = (operation: number | undefined, value: string, before?: string) => {
      const configs = before === undefined ? {} : { 'cleanup.policy': before };
      const look = { partitions: [{}], configs };
      const { context } = alter([['cleanup.policy', operation, value]], look);
      return context.image.topicConfigs.get('orders')?.get('cleanup.policy');
    };
    expect(policyAfter(append, 'compact')).toBe('delete,compact');
    expect(policyAfter(append, 'compact,delete,compact', 'compact')).toBe('compact,delete');
    expect(policyAfter(append, ' delete', '')).toBe('delete');
    expect(policyAfter(subtract, 'compact', 'compact')).toBe('');
    expect(policyAfter(set, '')).toBe('');
    expect(alter([['cleanup.policy', append, 'shred']]).code).toBe(errorCode.invalidConfig);
  });

  it('writes nothing where nothing changes', () => {
    const look = { partitions: [{}], configs: { 'retention.ms': '5' } };
    expect(
      alter(
        [
          ['retention.ms', set, '5'],
          ['segment.ms', remove, null],
        ],
        look,
      ).records,
    ).toEqual([]);
  });

  it('is all or nothing for one topic', () => {
    const { code, records } = alter([
      ['retention.ms', set, '5'],
      ['segment.ms', set, 'soon'],
    ]);
    expect(code).toBe(errorCode.invalidConfig);
    expect(records).toEqual([]);
  });

  it('refuses what there is not', () => {
    expect(alter([['colour', set, 'red']]).code).toBe(errorCode.invalidConfig);
    expect(alter([['colour', remove, null]]).code).toBe(errorCode.none);
    expect(alter([['retention.ms', append, '5']]).code).toBe(errorCode.invalidConfig);
    expect(alter([['retention.ms', set, null]]).code).toBe(errorCode.invalidRequest);
    expect(alter([['retention.ms', 9, '5']]).code).toBe(errorCode.invalidRequest);
    expect(alter([], { partitions: [{}] }, [2, 'nothing']).code).toBe(
      errorCode.unknownTopicOrPartition,
    );
    expect(alter([], { partitions: [{}] }, [2, 'a b']).code).toBe(errorCode.invalidTopicException);
    expect(alter([], { partitions: [{}] }, [2, '']).code).toBe(errorCode.invalidRequest);
    for (const type of [0, 1, 3, 8, 64]) {
      expect(alter([], { partitions: [{}] }, [type, '1']).code).toBe(errorCode.invalidRequest);
    }
  });

  it('that allows unclean election finds a leader for a partition that has none', () => {
    const look: ClusterLook = {
      brokers: [{ id: 1, fenced: true }, { id: 2 }, { id: 3 }],
      partitions: [{ isr: [], elr: [1], leader: -1, lastKnownElr: [1] }],
    };
    const { context } = alter([['unclean.leader.election.enable', set, 'true']], look);
    expect(context.partition()).toMatchObject({ leader: 2, isr: [2], elr: [], recovering: true });
  });

  it('that lowers min ISR clears the ELR, whose members the leader no longer waits for', () => {
    const look: ClusterLook = { partitions: [{ isr: [1], elr: [2], leader: 1 }] };
    const { context } = alter([['min.insync.replicas', set, '1']], look);
    expect(context.partition()).toMatchObject({ isr: [1], elr: [], leaderEpoch: 5 });
  });
});

type Altered = [type: number, name: string, configs: [name: string, value: string | null][]];

function alterMany(resources: readonly Altered[], look: ClusterLook = { partitions: [{}] }) {
  const context = cluster(look);
  const { records, response } = alterConfigs(context, {
    resources: resources.map(([resourceType, resourceName, configs]) => ({
      resourceType,
      resourceName,
      configs: configs.map(([name, value]) => ({
        name,
        value,
        configOperation: (value === null ? remove : set) ?? 0,
      })),
    })),
    validateOnly: false,
  });
  context.apply(records);
  return { codes: response.responses.map(({ errorCode: code }) => code), records, context };
}

describe('altering settings', () => {
  it('refuses a resource named twice, both times, and does the others', () => {
    const { codes, context } = alterMany([
      [2, 'orders', [['retention.ms', '1']]],
      [32, 'orders', [['share.isolation.level', 'read_committed']]],
      [2, 'orders', [['retention.ms', '2']]],
    ]);
    expect(codes).toEqual([errorCode.invalidRequest, errorCode.none, errorCode.invalidRequest]);
    expect(context.image.topicConfigs.size).toBe(0);
    expect(context.image.overridesOf(32, 'orders').get('share.isolation.level')).toBe(
      'read_committed',
    );
  });

  it('changes a resource exactly where it, and each of its settings, is named once', () => {
    const names = fc.array(fc.constantFrom('retention.ms', 'flush.ms'), { maxLength: 3 });
    const resources = fc.array(fc.tuple(fc.constantFrom('orders', '1'), names), { maxLength: 4 });
    fc.assert(
      fc.property(resources, (wanted) => {
        const { codes } = alterMany(
          wanted.map(
            ([name, configs]): Altered => [
              name === '1' ? 4 : 2,
              name,
              configs.map((config) => [
                name === '1'
                  ? config
                      .replace('retention.ms', 'log.retention.ms')
                      .replace('flush.ms', 'log.roll.ms')
                  : config,
                '5',
              ]),
            ],
          ),
        );
        for (const [i, [name, configs]] of wanted.entries()) {
          const isOnce = wanted.filter(([other]) => other === name).length === 1;
          const areOnce = new Set(configs).size === configs.length;
          expect(codes[i]).toBe(isOnce && areOnce ? errorCode.none : errorCode.invalidRequest);
        }
      }),
    );
  });

  it('is refused as a whole where it would be too much', () => {
    const groups = Array.from(
      { length: 10_001 },
      (_, i): Altered => [32, `g${i}`, [['share.isolation.level', 'read_committed']]],
    );
    const { codes, records } = alterMany(groups);
    expect(new Set(codes)).toEqual(new Set([errorCode.policyViolation]));
    expect(records).toEqual([]);
  });

  it('of the cluster’s own topics is refused', () => {
    const context = cluster();
    context.apply([{ type: 'topic', body: { name: '__consumer_offsets', topicId } }]);
    const resources = [{ resourceType: 2, resourceName: '__consumer_offsets', configs: [] }];
    const { response } = alterConfigs(context, { resources, validateOnly: false });
    expect(response.responses[0]?.errorCode).toBe(errorCode.invalidRequest);
  });

  it('in the old way replaces all that a topic has set', () => {
    const look = { partitions: [{}], configs: { 'retention.ms': '1', 'flush.ms': '2' } };
    const context = cluster(look);
    const replace = (configs: { name: string; value: string | null }[]) => {
      const resources = [{ resourceType: 2, resourceName: 'orders', configs }];
      const { records, response } = replaceConfigs(context, { resources, validateOnly: false });
      context.apply(records);
      return response.responses[0]?.errorCode;
    };
    expect(replace([{ name: 'flush.ms', value: null }])).toBe(errorCode.invalidRequest);
    expect(replace([{ name: 'colour', value: 'red' }])).toBe(errorCode.invalidConfig);
    expect(replace([{ name: 'flush.ms', value: '3' }])).toBe(errorCode.none);
    expect(context.image.topicConfigs.get('orders')).toEqual(new Map([['flush.ms', '3']]));
  });
});

describe('altering settings of brokers', () => {
  const code = (name: string, value: string | null, broker = '') =>
    alterMany([[4, broker, [[name, value]]]]).codes[0];

  it('works for what Kafka alters while it runs, for one and for all', () => {
    expect(code('log.retention.ms', '7000')).toBe(errorCode.none);
    expect(code('log.retention.ms', '7000', '1')).toBe(errorCode.none);
    expect(code('num.io.threads', '9')).toBe(errorCode.none);
    expect(code('log.cleaner.threads', '2')).toBe(errorCode.none);
  });

  it('refuses what is fixed, unknown, no value, or of a broker that is not', () => {
    const { invalidRequest, invalidConfig } = errorCode;
    expect(code('num.partitions', '3')).toBe(invalidRequest);
    expect(code('ssl.keystore.location', '/keys')).toBe(invalidRequest);
    expect(code('log.retention.ms', 'soon')).toBe(invalidRequest);
    expect(code('message.max.bytes', '-1')).toBe(invalidRequest);
    expect(code('log.retention.ms', '7000', '9')).toBe(invalidRequest);
    expect(code('log.retention.ms', '7000', 'b1')).toBe(invalidRequest);
    expect(code('min.insync.replicas', '2', '1')).toBe(invalidConfig);
    expect(code('min.insync.replicas', null)).toBe(invalidConfig);
  });

  it('reaches the partitions of topics without a value of their own', () => {
    const look: ClusterLook = { partitions: [{ isr: [1], elr: [2], leader: 1 }] };
    const lower: Altered = [4, '', [['min.insync.replicas', '1']]];
    expect(alterMany([lower], look).context.partition()).toMatchObject({ isr: [1], elr: [] });
    const own = { ...look, configs: { 'min.insync.replicas': '2' } };
    expect(alterMany([lower], own).context.partition()).toMatchObject({ isr: [1], elr: [2] });
  });

  it('and of a topic at once gives each partition one change, by both', () => {
    const look: ClusterLook = { partitions: [{ isr: [1], elr: [2], leader: 1 }] };
    const { records } = alterMany(
      [
        [2, 'orders', [['min.insync.replicas', '1']]],
        [4, '', [['min.insync.replicas', '1']]],
      ],
      look,
    );
    expect(records.filter(({ type }) => type === 'partition-change')).toHaveLength(1);
  });
});

describe('altering settings of groups and client metrics', () => {
  it('has Kafka’s bounds and codes', () => {
    const codes = (type: number, resource: string, name: string, value: string) =>
      alterMany([[type, resource, [[name, value]]]]).codes[0];
    expect(codes(32, 'g', 'consumer.session.timeout.ms', '50000')).toBe(errorCode.none);
    expect(codes(32, 'g', 'consumer.session.timeout.ms', '5')).toBe(errorCode.invalidConfig);
    expect(codes(32, 'g', 'colour', 'red')).toBe(errorCode.invalidConfig);
    expect(codes(32, '', 'share.isolation.level', 'read_committed')).toBe(errorCode.invalidRequest);
    expect(codes(16, 'm', 'interval.ms', '60000')).toBe(errorCode.none);
    expect(codes(16, 'm', 'match', 'client_id=.*')).toBe(errorCode.none);
    expect(codes(16, 'm', 'interval.ms', '5')).toBe(errorCode.invalidRequest);
    expect(codes(16, 'm', 'colour', 'red')).toBe(errorCode.invalidRequest);
    expect(codes(16, 'm', 'match', 'everyone')).toBe(errorCode.invalidConfig);
  });
});
