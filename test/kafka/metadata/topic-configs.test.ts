import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defaultNodeSettings,
  defaultTopicSettings,
  type NodeSettings,
} from '../../../src/kafka/config.ts';
import { canonical, valueProblem } from '../../../src/kafka/metadata/config-def.ts';
import { MetadataImage, topicSettings } from '../../../src/kafka/metadata/image.ts';
import {
  topicConfig,
  topicConfigs,
  topicConfigsProblem,
} from '../../../src/kafka/metadata/topic-configs.ts';
import { settingsOf, settingText } from '../../../src/kafka/metadata/topic-settings.ts';

/** Which values Apache Kafka 4.1.0 takes, each with how it tells them, and which it refuses. */
const taken: [name: string, taken: [given: string, told: string][], refused: string[]][] = [
  [
    'segment.bytes',
    [
      ['1048576', '1048576'],
      ['+1048576', '1048576'],
      [' 1048577 ', '1048577'],
      ['2147483647', '2147483647'],
    ],
    ['14', '1000', '1048575', '2147483648', '1e7', '', '0x10'],
  ],
  ['internal.segment.bytes', [['100', '100']], []],
  [
    'segment.ms',
    [
      ['1', '1'],
      ['9223372036854775807', '9223372036854775807'],
    ],
    ['0', '9223372036854775808'],
  ],
  ['segment.jitter.ms', [['0', '0']], ['-1']],
  ['segment.index.bytes', [['4', '4']], ['3']],
  ['flush.messages', [['1', '1']], ['0']],
  ['flush.ms', [['0', '0']], ['-1']],
  [
    'retention.bytes',
    [
      ['-2', '-2'],
      ['-9223372036854775808', '-9223372036854775808'],
    ],
    ['-9223372036854775809'],
  ],
  ['retention.ms', [['-1', '-1']], ['-2']],
  ['max.message.bytes', [['0', '0']], ['-1']],
  ['index.interval.bytes', [['0', '0']], ['-1']],
  ['delete.retention.ms', [['0', '0']], ['-1']],
  [
    'min.compaction.lag.ms',
    [
      ['0', '0'],
      ['5', '5'],
    ],
    ['-1'],
  ],
  ['max.compaction.lag.ms', [['1', '1']], ['0']],
  ['file.delete.delay.ms', [['0', '0']], ['-1']],
  [
    'min.cleanable.dirty.ratio',
    [
      ['0', '0.0'],
      ['1', '1.0'],
      ['1.0', '1.0'],
      ['0.50', '0.5'],
      [' 0.5 ', '0.5'],
      ['1e-4', '1.0E-4'],
      ['1e-3', '0.001'],
      ['0.5d', '0.5'],
      ['.5', '0.5'],
      ['0.00012', '1.2E-4'],
      ['1e-10', '1.0E-10'],
    ],
    ['-0.1', '5.', '1.01'],
  ],
  [
    'cleanup.policy',
    [
      ['', ''],
      ['delete', 'delete'],
      [' compact , delete ', 'compact,delete'],
      ['delete,delete', 'delete,delete'],
      ['delete,compact', 'delete,compact'],
    ],
    ['compact,,delete', 'DELETE', ',', 'x'],
  ],
  [
    'unclean.leader.election.enable',
    [
      ['TRUE', 'true'],
      [' false ', 'false'],
    ],
    ['yes', ''],
  ],
  [
    'min.insync.replicas',
    [
      ['1', '1'],
      ['99', '99'],
    ],
    ['0'],
  ],
  [
    'compression.type',
    [
      ['gzip', 'gzip'],
      ['uncompressed', 'uncompressed'],
      ['producer', 'producer'],
      [' zstd ', 'zstd'],
      ['lz4', 'lz4'],
      ['snappy', 'snappy'],
    ],
    ['none', 'GZIP', ''],
  ],
  [
    'compression.gzip.level',
    [
      ['-1', '-1'],
      ['1', '1'],
      ['9', '9'],
    ],
    ['0', '10'],
  ],
  [
    'compression.lz4.level',
    [
      ['1', '1'],
      ['17', '17'],
    ],
    ['0', '18'],
  ],
  [
    'compression.zstd.level',
    [
      ['-131072', '-131072'],
      ['22', '22'],
      ['0', '0'],
    ],
    ['-131073', '23'],
  ],
  ['preallocate', [['true', 'true']], []],
  [
    'message.timestamp.type',
    [
      ['CreateTime', 'CreateTime'],
      ['LogAppendTime', 'LogAppendTime'],
    ],
    ['logappendtime'],
  ],
  ['message.timestamp.before.max.ms', [['0', '0']], ['-1']],
  ['message.timestamp.after.max.ms', [['0', '0']], ['-1']],
  ['message.format.version', [], ['3.0']],
  ['message.downconversion.enable', [], ['true']],
  ['message.timestamp.difference.max.ms', [], ['5']],
  [
    'leader.replication.throttled.replicas',
    [
      ['*', '*'],
      ['', ''],
      ['0:1,1:2', '0:1,1:2'],
      ['0:1, 1:2', '0:1,1:2'],
      [',', ','],
    ],
    ['none', 'a', '0:1:2', '*,0:1', '1:*', 'NONE'],
  ],
  ['follower.replication.throttled.replicas', [['*', '*']], []],
  ['remote.storage.enable', [['false', 'false']], ['true']],
  [
    'local.retention.ms',
    [
      ['-2', '-2'],
      ['-1', '-1'],
      ['0', '0'],
      ['604800001', '604800001'],
    ],
    ['-3'],
  ],
  [
    'local.retention.bytes',
    [
      ['-2', '-2'],
      ['10', '10'],
      ['-1', '-1'],
    ],
    ['-3'],
  ],
  [
    'remote.log.copy.disable',
    [
      ['true', 'true'],
      ['false', 'false'],
    ],
    [],
  ],
  ['remote.log.delete.on.disable', [['true', 'true']], []],
  ['nope', [], ['1']],
];

const node: NodeSettings = {
  ...defaultNodeSettings,
  topicDefaults: { ...defaultTopicSettings, minInsyncReplicas: 2 },
};

const problemWith = (...values: [string, string][]) => topicConfigsProblem(new Map(values));

const config = (name: string) => {
  const found = topicConfig(name);
  if (found === undefined) throw new Error(`no config ${name}`);
  return found;
};

describe('topic settings', () => {
  it('stand in one table, sorted by name, each with a place or a reason', () => {
    const names = topicConfigs.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)].sort());
    for (const { setting, idle } of topicConfigs) expect(setting === null).toBe(idle !== null);
  });

  it('that the log works by are all there, with the same defaults', () => {
    const settings = topicConfigs.flatMap(({ setting }) => (setting === null ? [] : [setting]));
    expect(new Set(settings)).toEqual(new Set(Object.keys(defaultTopicSettings)));
    for (const { setting, fallback } of topicConfigs) {
      if (setting !== null && fallback !== null) {
        expect(settingText(defaultTopicSettings[setting])).toBe(fallback);
      }
    }
  });

  it('have defaults that are valid and in their one form', () => {
    for (const each of topicConfigs) {
      if (each.fallback !== null) expect(canonical(each, each.fallback)).toBe(each.fallback);
    }
  });

  it('take what is set and the node’s defaults for the rest', () => {
    const settings = settingsOf(
      new Map([
        ['cleanup.policy', 'delete, compact'],
        ['retention.ms', '-1'],
        ['unclean.leader.election.enable', 'TRUE'],
        ['flush.messages', '9223372036854775807'],
        ['message.timestamp.type', 'LogAppendTime'],
        ['preallocate', 'true'],
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

  it.each([
    ['', ''],
    ['compact', 'compact'],
    ['delete,compact', 'compact,delete'],
    ['delete,delete', 'delete'],
  ])('cleanup.policy "%s" means "%s"', (text, policy) => {
    const set = new Map([['cleanup.policy', text]]);
    expect(settingsOf(set, node.topicDefaults).cleanupPolicy).toBe(policy);
  });

  it('of a topic without any are the node’s own object', () => {
    const image = new MetadataImage();
    expect(topicSettings(image, 'orders', node)).toBe(node.topicDefaults);
    set(image, 2, 'orders', 'segment.bytes', '5000');
    expect(topicSettings(image, 'orders', node).segmentBytes).toBe(5000);
    set(image, 2, 'orders', 'segment.bytes', null);
    expect(topicSettings(image, 'orders', node)).toBe(node.topicDefaults);
  });

  it('follow the broker’s where they have none, one broker’s before all brokers’', () => {
    const image = new MetadataImage();
    set(image, 4, '', 'log.retention.ms', '7000');
    set(image, 4, '1', 'log.retention.ms', '8000');
    const retention = (nodeId?: number) => topicSettings(image, 'orders', node, nodeId).retentionMs;
    expect([retention(), retention(1), retention(2)]).toEqual([7000, 8000, 7000]);
    set(image, 2, 'orders', 'retention.ms', '5');
    expect(retention(1)).toBe(5);
  });

  it('take small segments by Kafka’s setting for tests', () => {
    const both = new Map([
      ['internal.segment.bytes', '1000'],
      ['segment.bytes', '1048576'],
    ]);
    expect(problemWith(...both)).toBeNull();
    expect(settingsOf(both, node.topicDefaults).segmentBytes).toBe(1000);
  });

  it.each(taken)('%s takes the values that Kafka takes', (name, good, bad) => {
    if (topicConfig(name) === undefined) {
      for (const value of bad) expect(problemWith([name, value])).toContain(name);
      return;
    }
    for (const [given, told] of good) {
      expect(problemWith([name, given]), given).toBeNull();
      expect(canonical(config(name), given)).toBe(told);
    }
    for (const value of bad) expect(problemWith([name, value]), value).not.toBeNull();
  });

  it('may be wrong together', () => {
    const lags: [string, string][] = [
      ['min.compaction.lag.ms', '10'],
      ['max.compaction.lag.ms', '5'],
    ];
    expect(problemWith(...lags)).toContain('conflict');
  });

  it('name the unknown one before a wrong value', () => {
    expect(problemWith(['retention.ms', '-9'], ['colour', 'red'])).toContain('colour');
  });

  it('have one form that reads as itself, whatever the text', () => {
    const text = fc.oneof(
      fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
      fc.double({ min: -2, max: 2, noNaN: true }).map(String),
      fc.array(fc.constantFrom('delete', ' compact', '0:1', '*', '', 'x')).map((all) => all.join()),
      fc.constantFrom('true', ' FALSE', 'gzip', 'CreateTime', '+5', '1e-7', '.5', '-0'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.constantFrom(...topicConfigs), text, (def, value) => {
        const read = def.kind.read(value);
        if (!('text' in read)) return;
        expect(def.kind.read(read.text)).toEqual(read);
        const set = new Map([[def.name, value]]);
        const same = new Map([[def.name, read.text]]);
        const { topicDefaults } = node;
        expect(settingsOf(set, topicDefaults)).toEqual(settingsOf(same, topicDefaults));
      }),
    );
  });

  it('take an integer exactly where it is within their bounds', () => {
    const bounded: [string, bigint, bigint][] = [
      ['segment.bytes', 1_048_576n, 2n ** 31n - 1n],
      ['retention.ms', -1n, 2n ** 63n - 1n],
      ['retention.bytes', -(2n ** 63n), 2n ** 63n - 1n],
      ['compression.lz4.level', 1n, 17n],
    ];
    const value = (near: bigint) =>
      fc.bigInt({ min: -3n, max: 3n }).map((distance) => near + distance);
    fc.assert(
      fc.property(
        fc.constantFrom(...bounded).chain(([name, min, max]) =>
          fc.record({
            name: fc.constant(name),
            min: fc.constant(min),
            max: fc.constant(max),
            value: fc.oneof(value(min), value(max)),
          }),
        ),
        ({ name, min, max, value: near }) => {
          const isTaken = valueProblem(config(name), String(near)) === null;
          expect(isTaken).toBe(near >= min && near <= max);
        },
      ),
    );
  });
});

function set(
  image: MetadataImage,
  resourceType: number,
  resourceName: string,
  name: string,
  value: string | null,
): void {
  const body = { resourceType, resourceName, name, value };
  image.apply({ type: 'config', body }, image.appliedOffset + 1);
}
