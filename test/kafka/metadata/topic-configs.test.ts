import { describe, expect, it } from 'vitest';
import {
  defaultNodeSettings,
  defaultTopicSettings,
  type NodeSettings,
} from '../../../src/kafka/config.ts';
import {
  describeConfigSet,
  describeTopicConfigs,
} from '../../../src/kafka/metadata/describe-configs.ts';
import { MetadataImage, topicSettings } from '../../../src/kafka/metadata/image.ts';
import {
  settingsOf,
  topicConfigProblem,
  topicConfigs,
} from '../../../src/kafka/metadata/topic-configs.ts';

const node: NodeSettings = {
  ...defaultNodeSettings,
  topicDefaults: { ...defaultTopicSettings, minInsyncReplicas: 2 },
};

describe('topic settings', () => {
  it('have a config each, sorted by name', () => {
    expect(new Set(topicConfigs.map(({ setting }) => setting))).toEqual(
      new Set(Object.keys(defaultTopicSettings)),
    );
    const names = topicConfigs.map(({ name }) => name);
    expect(names).toEqual([...names].sort());
  });

  it('take what is set and the node’s defaults for the rest', () => {
    const settings = settingsOf(
      new Map([
        ['cleanup.policy', 'delete, compact'],
        ['retention.ms', '-1'],
        ['unclean.leader.election.enable', 'TRUE'],
        ['flush.messages', '9223372036854775807'],
        ['message.timestamp.type', 'LogAppendTime'],
      ]),
      node.topicDefaults,
    );
    expect(settings).toEqual({
      ...node.topicDefaults,
      cleanupPolicy: 'compact,delete',
      retentionMs: -1,
      uncleanLeaderElectionEnable: true,
      flushMessages: Number.MAX_SAFE_INTEGER,
      messageTimestampType: 'LogAppendTime',
    });
  });

  it('of a topic without any are the node’s own object', () => {
    const image = new MetadataImage();
    expect(topicSettings(image, 'orders', node)).toBe(node.topicDefaults);
    image.apply(
      {
        type: 'config',
        body: { resourceType: 2, resourceName: 'orders', name: 'segment.bytes', value: '5000' },
      },
      0,
    );
    expect(topicSettings(image, 'orders', node).segmentBytes).toBe(5000);
    image.apply(
      {
        type: 'config',
        body: { resourceType: 2, resourceName: 'orders', name: 'segment.bytes', value: null },
      },
      1,
    );
    expect(topicSettings(image, 'orders', node)).toBe(node.topicDefaults);
  });

  it.each([
    ['min.insync.replicas', '0'],
    ['min.insync.replicas', '2147483648'],
    ['min.insync.replicas', 'two'],
    ['min.insync.replicas', ''],
    ['retention.ms', '-2'],
    ['retention.ms', '1.5'],
    ['cleanup.policy', ''],
    ['cleanup.policy', 'shred'],
    ['compression.type', 'brotli'],
    ['message.timestamp.type', 'createtime'],
    ['unclean.leader.election.enable', 'yes'],
    ['flush.ms', '9223372036854775808'],
    ['colour', 'red'],
  ])('refuse %s = "%s"', (name, value) => {
    expect(topicConfigProblem(name, value)).toContain(name);
  });

  it.each([
    ['min.insync.replicas', '3'],
    ['retention.bytes', '-1'],
    ['retention.ms', ' 7 '],
    ['flush.ms', '0'],
    ['cleanup.policy', 'compact'],
    ['segment.bytes', '14'],
  ])('accept %s = "%s"', (name, value) => {
    expect(topicConfigProblem(name, value)).toBeNull();
  });
});

describe('describing settings', () => {
  it('tells value and source: the topic, the node’s configuration, Kafka’s default', () => {
    const entries = describeConfigSet(new Map([['retention.ms', '5']]), node);
    const entry = (name: string) => entries.find((each) => each.name === name);
    expect(entry('retention.ms')).toMatchObject({ value: '5', configSource: 1, configType: 5 });
    expect(entry('min.insync.replicas')).toMatchObject({
      value: '2',
      configSource: 4,
      configType: 3,
    });
    expect(entry('segment.bytes')).toMatchObject({ value: '1073741824', configSource: 5 });
    expect(entry('flush.ms')).toMatchObject({ value: '9223372036854775807', configSource: 5 });
    expect(describeTopicConfigs(new MetadataImage(), 'orders', node)).toHaveLength(
      topicConfigs.length,
    );
  });
});
