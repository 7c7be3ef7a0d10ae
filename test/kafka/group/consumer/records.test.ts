import { describe, expect, it } from 'vitest';
import type { Uuid } from '../../../../src/base/ids.ts';
import type { ConsumerRecord, Held } from '../../../../src/kafka/group/consumer/contract.ts';
import {
  decodeConsumerRecord,
  encodeConsumerRecord,
} from '../../../../src/kafka/group/consumer/records.ts';
import { consumerGroupCurrentMemberAssignmentValue } from '../../../../src/kafka/group/consumer/schemas.ts';
import { MalformedError } from '../../../../src/kafka/protocol/malformed.ts';
import { encodeVersioned } from '../../../../src/kafka/protocol/message.ts';

const topic = 'AAAAAAAAAAAAAAAAAAAAAQ' as Uuid;
const hex = (bytes: Uint8Array | null): string | null =>
  bytes && Buffer.from(bytes).toString('hex');
const held = (...epochs: [number, number][]): Held => new Map([[topic, new Map(epochs)]]);

const member: ConsumerRecord = {
  kind: 'member',
  memberId: 'm',
  value: {
    instanceId: 'i',
    rackId: null,
    clientId: 'c',
    clientHost: '/h',
    topics: ['t'],
    regex: null,
    rebalanceTimeoutMs: 256,
    serverAssignor: null,
    classic: null,
  },
};
const current: ConsumerRecord = {
  kind: 'current',
  memberId: 'm',
  value: {
    epoch: 5,
    previousEpoch: 4,
    state: 'unrevoked',
    assigned: held([0, 3], [2, 5]),
    revoking: held([1, 3]),
  },
};

const classic = {
  sessionTimeoutMs: 9,
  protocols: [{ name: 'range', metadata: new Uint8Array(2) }],
};

const records: readonly ConsumerRecord[] = [
  { kind: 'epoch', value: { epoch: 7, metadataHash: 2 ** 52 } },
  { kind: 'epoch', value: { epoch: 1, metadataHash: 0 } },
  member,
  { kind: 'member', memberId: 'm', value: { ...member.value!, regex: 'o.*', classic } },
  { kind: 'target-epoch', value: 3 },
  { kind: 'target', memberId: 'm', value: new Map([[topic, [0, 4]]]) },
  current,
  { kind: 'regex', regex: 'o.*', value: { topics: ['orders'], version: 3, timestamp: 9 } },
  { kind: 'epoch', value: null },
  { kind: 'old-metadata', value: null },
  { kind: 'member', memberId: 'm', value: null },
  { kind: 'target-epoch', value: null },
  { kind: 'target', memberId: 'm', value: null },
  { kind: 'current', memberId: 'm', value: null },
  { kind: 'regex', regex: 'o.*', value: null },
];

describe('records of consumer groups', () => {
  it.each(records)('$kind comes back as it was', (record) => {
    const { key, value } = encodeConsumerRecord('g', record);
    expect(decodeConsumerRecord(key, value)).toEqual({ groupId: 'g', record });
  });

  it('stand in the log as Kafka writes them', () => {
    const written = records.slice(0, 3).map((record) => encodeConsumerRecord('g', record));
    expect(written.map(({ key }) => hex(key))).toEqual([
      '0003000167',
      '0003000167',
      '0005000167' + '00016d',
    ]);
    // Epoch 1 and no tagged field: a hash of 0 is not written.
    expect(hex(written[1]!.value)).toBe('0000' + '00000001' + '00');
    expect(hex(written[2]!.value)).toBe(
      '0000' + '0269' + '00' + '0263' + '032f68' + '020274' + '00' + '00000100' + '00' + '00',
    );
    const { key, value } = encodeConsumerRecord('g', current);
    expect(hex(key)).toBe('0008000167' + '00016d');
    const id = `${'00'.repeat(15)}01`;
    const epochs = (...all: number[]) =>
      `0100${hex(Uint8Array.of(1 + 4 * all.length, all.length + 1))}${int32s(all)}`;
    expect(hex(value)).toBe(
      `0000${int32s([5, 4])}01` +
        `02${id}03${int32s([0, 2])}${epochs(3, 5)}` +
        `02${id}02${int32s([1])}${epochs(3)}` +
        '00',
    );
  });

  it('of brokers before KIP-1251 say nothing of when a partition was given', () => {
    const topics = [{ topicId: topic, partitions: [0, 1] }];
    const value = encodeVersioned(consumerGroupCurrentMemberAssignmentValue, 0, {
      memberEpoch: 6,
      previousMemberEpoch: 5,
      state: 0,
      assignedPartitions: topics,
      partitionsPendingRevocation: [],
    });
    const { key } = encodeConsumerRecord('g', current);
    expect(decodeConsumerRecord(key, value)?.record).toMatchObject({
      value: { assigned: held([0, 6], [1, 6]) },
    });
  });

  it('that cannot be are not taken for others', () => {
    const { key, value } = encodeConsumerRecord('g', current);
    const unknownState = value!.slice();
    unknownState[10] = 9;
    expect(() => decodeConsumerRecord(key, unknownState)).toThrow(MalformedError);
    expect(() => decodeConsumerRecord(key, value!.slice(0, -3))).toThrow(MalformedError);
    const oneEpoch = encodeVersioned(consumerGroupCurrentMemberAssignmentValue, 0, {
      memberEpoch: 6,
      previousMemberEpoch: 5,
      state: 0,
      assignedPartitions: [{ topicId: topic, partitions: [0, 1], assignmentEpochs: [1] }],
      partitionsPendingRevocation: [],
    });
    expect(() => decodeConsumerRecord(key, oneEpoch)).toThrow(MalformedError);
    expect(decodeConsumerRecord(Uint8Array.of(0, 9, 0, 1, 103), null)).toBe(null);
  });

  it('of Kafka before 4.1 that keep subscribed topics are known by their key', () => {
    const key = Uint8Array.of(0, 4, 0, 1, 103);
    const record = { kind: 'old-metadata', value: 'there' };
    expect(decodeConsumerRecord(key, new Uint8Array(9))).toEqual({ groupId: 'g', record });
  });
});

const int32s = (all: readonly number[]): string =>
  all.map((each) => each.toString(16).padStart(8, '0')).join('');
