/**
 * AlterPartition: a leader asks the controller for another ISR (KIP-497). Versions 2–3, all
 * flexible.
 * - 2: topic ids
 * - 3: ISR members carry their broker epochs (KIP-903)
 */
import { zeroUuid } from '../../../base/ids.ts';
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOf, arrayOfStructs, defineApi, int8, int16, int32, int64, uuid } from '../schema.ts';

export const alterPartitionApi = defineApi({
  key: 56,
  name: 'AlterPartition',
  versions: [2, 3],
  flexibleFrom: 0,
  request: {
    brokerId: int32(),
    brokerEpoch: int64({ default: -1 }),
    topics: arrayOfStructs({
      topicId: uuid({ default: zeroUuid }),
      partitions: arrayOfStructs({
        partitionIndex: int32(),
        leaderEpoch: int32(),
        newIsr: arrayOf(int32(), { until: 2 }),
        newIsrWithEpochs: arrayOfStructs(
          {
            brokerId: int32(),
            brokerEpoch: int64({ default: -1 }),
          },
          { since: 3 },
        ),
        leaderRecoveryState: int8({ default: 0 }),
        partitionEpoch: int32(),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    topics: arrayOfStructs({
      topicId: uuid({ default: zeroUuid }),
      partitions: arrayOfStructs({
        partitionIndex: int32(),
        errorCode: int16(),
        leaderId: int32(),
        leaderEpoch: int32(),
        isr: arrayOf(int32()),
        leaderRecoveryState: int8({ default: 0 }),
        partitionEpoch: int32(),
      }),
    }),
  },
});

export type AlterPartitionRequest = RequestOf<typeof alterPartitionApi>;
export type AlterPartitionResponse = ResponseOf<typeof alterPartitionApi>;
