import { describe, expect, it } from 'vitest';
import {
  defaultNodeSettings,
  defaultTopicSettings,
  type NodeSettings,
} from '../../../src/kafka/config.ts';
import { brokerConfigs } from '../../../src/kafka/metadata/broker-configs.ts';
import { canonical } from '../../../src/kafka/metadata/config-def.ts';
import {
  type ConfigEntry,
  describeAllBrokers,
  describeBroker,
  describeClientMetrics,
  describeGroup,
  describeTopicConfigs,
  describeTopicValues,
} from '../../../src/kafka/metadata/describe-configs.ts';
import { clientMetricsConfigs, groupConfigs } from '../../../src/kafka/metadata/group-configs.ts';
import { MetadataImage } from '../../../src/kafka/metadata/image.ts';

const settings: NodeSettings = {
  ...defaultNodeSettings,
  topicDefaults: { ...defaultTopicSettings, minInsyncReplicas: 2 },
};
const node = { nodeId: 1, rack: null, dataDirectory: 'data', settings };

const named = (entries: readonly ConfigEntry[], name: string) =>
  entries.find((each) => each.name === name);

function imageWith(...sets: [type: number, resource: string, name: string, value: string][]) {
  const image = new MetadataImage();
  for (const [resourceType, resourceName, name, value] of sets) {
    const body = { resourceType, resourceName, name, value };
    image.apply({ type: 'config', body }, image.appliedOffset + 1);
  }
  return image;
}

describe('describing a topic', () => {
  it('tells value and source: the topic, the node’s configuration, Kafka’s default', () => {
    const entries = describeTopicValues(
      new MetadataImage(),
      new Map([['retention.ms', ' 5 ']]),
      node,
    );
    expect(named(entries, 'retention.ms')).toMatchObject({
      value: '5',
      configSource: 1,
      configType: 5,
      synonyms: [{ name: 'retention.ms', value: '5', source: 1 }],
    });
    expect(named(entries, 'min.insync.replicas')).toMatchObject({
      value: '2',
      configSource: 4,
      configType: 3,
      synonyms: [
        { name: 'min.insync.replicas', value: '2', source: 4 },
        { name: 'min.insync.replicas', value: '1', source: 5 },
      ],
    });
    expect(named(entries, 'segment.bytes')).toMatchObject({
      value: '1073741824',
      configSource: 5,
      synonyms: [{ name: 'log.segment.bytes', value: '1073741824', source: 5 }],
    });
    expect(named(entries, 'flush.ms')).toMatchObject({
      value: '9223372036854775807',
      configSource: 5,
      synonyms: [],
    });
  });

  it('tells all 33 that Kafka tells, and the one for tests where it is set', () => {
    expect(describeTopicConfigs(new MetadataImage(), 'orders', node)).toHaveLength(33);
    const image = imageWith([2, 'orders', 'internal.segment.bytes', '100']);
    expect(describeTopicConfigs(image, 'orders', node)).toHaveLength(34);
  });

  it('tells what stands behind a value, the nearest first', () => {
    const image = imageWith(
      [4, '', 'log.retention.ms', '7000'],
      [4, '1', 'log.retention.ms', '8000'],
      [2, 'orders', 'retention.ms', '5'],
    );
    const { synonyms } = named(describeTopicConfigs(image, 'orders', node), 'retention.ms') ?? {};
    expect(synonyms).toEqual([
      { name: 'retention.ms', value: '5', source: 1 },
      { name: 'log.retention.ms', value: '8000', source: 2 },
      { name: 'log.retention.ms', value: '7000', source: 3 },
      { name: 'log.retention.hours', value: '168', source: 5 },
    ]);
  });
});

describe('describing a broker', () => {
  const entries = describeBroker(new MetadataImage(), node);

  it('tells the types that Kafka has', () => {
    const typeOf = (name: string) => named(entries, name)?.configType;
    expect([
      typeOf('num.partitions'),
      typeOf('replica.lag.time.max.ms'),
      typeOf('auto.create.topics.enable'),
      typeOf('log.cleaner.min.cleanable.ratio'),
      typeOf('log.cleanup.policy'),
      typeOf('broker.rack'),
    ]).toEqual([3, 5, 1, 6, 7, 2]);
  });

  it('tells the id by its old name too, which −1 leaves open', () => {
    expect(named(entries, 'broker.id')).toMatchObject({
      value: String(node.nodeId),
      synonyms: [{ source: 4 }, { value: '-1', source: 5 }],
    });
  });

  it('tells what can be altered while it runs', () => {
    const readOnly = (name: string) => named(entries, name)?.readOnly;
    expect(readOnly('log.retention.ms')).toBe(false);
    expect(readOnly('num.partitions')).toBe(true);
  });

  it('tells each setting once, in order, with a default that is valid', () => {
    const names = entries.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)].sort());
    for (const config of brokerConfigs) {
      if (config.fallback !== null)
        expect(canonical(config, config.fallback)).toBe(config.fallback);
    }
  });

  it('tells every setting of a node', () => {
    const names = new Set(entries.map(({ name }) => name));
    const { topicDefaults: _, ...own } = defaultNodeSettings;
    for (const key of Object.keys(own)) {
      expect(names).toContain(key.replace(/[A-Z]/g, (letter) => `.${letter.toLowerCase()}`));
    }
  });

  it('tells what is set for all brokers under the empty name, and nothing else', () => {
    const image = imageWith([4, '', 'message.max.bytes', '5000'], [4, '1', 'log.roll.ms', '5']);
    expect(describeAllBrokers(image, node)).toMatchObject([
      {
        name: 'message.max.bytes',
        value: '5000',
        configSource: 3,
        synonyms: [{ name: 'message.max.bytes', value: '5000', source: 3 }],
      },
    ]);
  });
});

describe('describing groups and client metrics', () => {
  it('tells what is set and Kafka’s defaults', () => {
    const image = imageWith([32, 'g', 'consumer.session.timeout.ms', '50000']);
    const entries = describeGroup(image, 'g', defaultNodeSettings);
    expect(entries).toHaveLength(10);
    expect(named(entries, 'consumer.session.timeout.ms')).toMatchObject({
      value: '50000',
      configSource: 8,
    });
    expect(named(entries, 'share.isolation.level')).toMatchObject({ configSource: 5 });
    expect(describeClientMetrics(image, 'm').map(({ name, value }) => [name, value])).toEqual([
      ['interval.ms', '300000'],
      ['match', ''],
      ['metrics', ''],
    ]);
  });

  it('has defaults that are valid', () => {
    for (const config of [...groupConfigs, ...clientMetricsConfigs]) {
      expect(canonical(config, config.fallback ?? '')).toBe(config.fallback);
    }
  });
});
