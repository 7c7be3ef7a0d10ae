/**
 * OffsetForLeaderEpoch, versions 2–4 (KIP-101, KIP-279, KIP-320).
 * - The end offset of the largest epoch not above the one asked for; −1 and −1 where the leader
 *   knows none.
 * - The asker's own leader epoch fences it: FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH.
 * 3: who asks, follower or consumer, which changes nothing here.
 */
import { offsetForLeaderEpochApi } from '../../protocol/apis/23-offset-for-leader-epoch.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerHandler } from '../context.ts';

const handleOffsetForLeaderEpoch: BrokerHandler<typeof offsetForLeaderEpochApi> = (
  context,
  request,
) => {
  const topics = request.body.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) => {
      const end = context.replicas.endOffsetForEpoch(
        topic,
        partition,
        currentLeaderEpoch,
        leaderEpoch,
      );
      return {
        partition,
        errorCode: end.errorCode,
        leaderEpoch: end.leaderEpoch,
        endOffset: end.endOffset,
      };
    }),
  }));
  request.respond({ topics });
};

export const servedOffsetForLeaderEpoch = serve(
  offsetForLeaderEpochApi,
  [2, 4],
  handleOffsetForLeaderEpoch,
);
