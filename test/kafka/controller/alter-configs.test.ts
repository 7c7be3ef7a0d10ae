import { describe, expect, it } from 'vitest';
import { alterConfigs } from '../../../src/kafka/controller/configs.ts';
import { topicSettings } from '../../../src/kafka/metadata/image.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { type ClusterLook, cluster } from './fixtures.ts';

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
    expect(alter([['colour', remove, null]]).code).toBe(errorCode.invalidConfig);
    expect(alter([['retention.ms', append, '5']]).code).toBe(errorCode.invalidConfig);
    expect(alter([['retention.ms', set, null]]).code).toBe(errorCode.invalidRequest);
    expect(alter([['retention.ms', 9, '5']]).code).toBe(errorCode.invalidRequest);
    expect(alter([], { partitions: [{}] }, [2, 'nothing']).code).toBe(
      errorCode.unknownTopicOrPartition,
    );
    expect(alter([], { partitions: [{}] }, [4, '1']).code).toBe(errorCode.invalidRequest);
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
