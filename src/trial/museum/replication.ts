/** Exhibits of replication: where followers cut, who may join an ISR, what a leader may count. */
import { errorCode } from '../../kafka/protocol/errors.ts';
import { kafkaReplicationRules } from '../../kafka/replication/rules.ts';
import type { Exhibit } from './exhibit.ts';

const right = kafkaReplicationRules;

export const kip101: Exhibit = {
  id: 'KIP-101',
  until: '0.11',
  sentence: 'A replica that becomes a follower cuts its log to its own high watermark, which lags.',
  promise: 'an acknowledged record stays',
  rules: {
    replication: {
      truncationOnBecomingFollower: (highWatermark, logEndOffset) =>
        highWatermark < logEndOffset ? highWatermark : null,
    },
  },
};

export const kip279Once: Exhibit = {
  id: 'KIP-279-once',
  until: '2.0',
  sentence: 'A follower looks once where its log diverges and then trusts what is left.',
  promise: 'replicas agree below the high watermark',
  rules: {
    replication: {
      lastFetchedEpoch: (latestEpoch, truncated) => (truncated ? -1 : latestEpoch),
    },
  },
};

export const kip279Cut: Exhibit = {
  id: 'KIP-279-cut',
  until: '2.0',
  sentence:
    "A follower cuts to the leader's end of an epoch without asking whether it had that epoch.",
  promise: 'replicas agree below the high watermark',
  rules: {
    replication: {
      truncationOnDivergence: (leaderEnd, _ownEnd, logEndOffset) =>
        Math.min(leaderEnd.endOffset, logEndOffset),
    },
  },
};

export const kip279Epoch: Exhibit = {
  id: 'KIP-279-epoch',
  until: '2.0',
  sentence: 'A leader compares the lengths of logs only, and not the epochs of their ends.',
  promise: 'replicas agree below the high watermark',
  rules: {
    replication: {
      diverges: (_lastFetchedEpoch, fetchOffset, leaderEnd) => leaderEnd.endOffset < fetchOffset,
    },
  },
};

export const kafka7128: Exhibit = {
  id: 'KAFKA-7128',
  until: '2.0.1',
  sentence:
    "A follower joins the ISR at the high watermark, below the start of the leader's epoch.",
  promise: 'whoever may be elected holds all that was committed',
  rules: {
    replication: {
      mayJoinIsr: (candidate) => right.mayJoinIsr({ ...candidate, leaderEpochStart: 0 }),
    },
  },
};

export const kip320: Exhibit = {
  id: 'KIP-320',
  until: '2.1',
  sentence: 'Requests are not fenced by leader epoch: a stale follower moves the high watermark.',
  promise: 'what is below the high watermark is on every member of the ISR',
  rules: { replication: { epochError: () => errorCode.none } },
};

export const kafka18991: Exhibit = {
  id: 'KAFKA-18991',
  until: '4.0.1',
  sentence: 'A follower applies an answer that it asked for under an earlier leader.',
  promise: 'nothing is cut below the high watermark',
  rules: { replication: { acceptsAnswer: () => true } },
};

export const kafka14704: Exhibit = {
  id: 'KAFKA-14704',
  until: '3.4.1',
  sentence: 'A follower takes the high watermark of an answer that tells it to cut its log.',
  promise: 'nobody reads what is not committed',
  rules: {
    replication: {
      followerHighWatermark: (own, leaders, logEndOffset) =>
        right.followerHighWatermark(own, leaders, logEndOffset, false),
    },
  },
};

export const kafka9835: Exhibit = {
  id: 'KAFKA-9835',
  until: '2.5.1',
  sentence: 'Consumers read beyond the high watermark while an append is under way.',
  promise: 'nobody reads what is not committed',
  rules: { replication: { readLimit: (offsets) => offsets.logEndOffset } },
};

export const kafka9807: Exhibit = {
  id: 'KAFKA-9807',
  until: '2.5',
  sentence:
    'Consumers with read_committed read to the high watermark, beyond the last stable offset.',
  promise: 'nobody who asks for committed records reads aborted ones',
  rules: {
    replication: {
      readLimit: (offsets, fromFollower) => right.readLimit(offsets, fromFollower, false),
    },
  },
  unseen: {
    why: 'without transactions all is stable, and no workload has transactions yet',
    test: 'test/kafka/replication/rules.test.ts',
  },
};

export const kafka2477: Exhibit = {
  id: 'KAFKA-2477',
  until: '0.9',
  sentence: 'A follower that is told out of range at its own end throws its log away.',
  promise: 'a committed record stays on the replicas that have it',
  rules: {
    log: { isInRange: (from, logStart, logEnd) => from >= logStart && from < logEnd },
    replication: { onOutOfRange: (leaderStart) => ({ kind: 'start-over', at: leaderStart }) },
  },
};

export const kafka15583: Exhibit = {
  id: 'KAFKA-15583',
  until: '4.0',
  sentence: 'The high watermark moves while the ISR is below min.insync.replicas.',
  promise: 'a committed record is on min.insync.replicas machines',
  rules: { replication: { mayAdvanceHighWatermark: () => true } },
};

export const kip497: Exhibit = {
  id: 'KIP-497',
  until: '2.7',
  sentence: 'A proposed member of the ISR counts only once it is committed.',
  promise: 'what is below the high watermark is on every member of the ISR',
  rules: { replication: { maximalIsr: (committed) => committed } },
};

export const kip497Shrink: Exhibit = {
  id: 'KIP-497-shrink',
  until: '2.7',
  sentence: 'A member whose removal was proposed no longer counts before that is committed.',
  promise: 'what is below the high watermark is on every member of the ISR',
  rules: { replication: { maximalIsr: (committed, proposed) => proposed ?? committed } },
};

export const kip903Join: Exhibit = {
  id: 'KIP-903-join',
  until: '3.5',
  sentence: 'A leader proposes a member by its id, whichever life of it has fetched.',
  promise: 'whoever may be elected holds all that was committed',
  rules: {
    replication: {
      mayJoinIsr: (candidate) =>
        right.mayJoinIsr({
          ...candidate,
          brokerEpoch: candidate.broker?.epoch ?? candidate.brokerEpoch,
        }),
      proposedBrokerEpoch: () => -1,
    },
  },
};

export const kip903Fetch: Exhibit = {
  id: 'KIP-903-fetch',
  until: '3.5',
  sentence: 'A late fetch of a former life of a follower moves what its leader believes of it.',
  promise: 'whoever may be elected holds all that was committed',
  rules: { replication: { acceptsFetchOf: () => true } },
};

export const kip841Join: Exhibit = {
  id: 'KIP-841-join',
  until: '3.3',
  sentence: 'Fenced and stopping brokers join the ISR.',
  promise: 'whoever may be elected is alive',
  rules: {
    replication: {
      mayJoinIsr: (candidate) =>
        right.mayJoinIsr({
          ...candidate,
          broker: candidate.broker && {
            ...candidate.broker,
            fenced: false,
            inControlledShutdown: false,
          },
        }),
    },
    controller: { mayJoinIsr: () => true },
  },
};

export const kafka13091: Exhibit = {
  id: 'KAFKA-13091',
  until: '3.1',
  sentence: 'A committed shrink of the ISR does not move the high watermark.',
  promise: 'a send with acks=all is answered',
  rules: { replication: { recomputesOnIsrCommit: () => false } },
};

export const rocketmq8239: Exhibit = {
  id: 'RocketMQ-8239',
  until: 'RocketMQ',
  sentence: 'A leader counts and shows records that flush.messages wants flushed, before they are.',
  promise: 'a record that was to be flushed first outlives any loss of power',
  rules: { replication: { toldEnd: (_held, logEndOffset) => logEndOffset } },
};

export const natsLazySync: Exhibit = {
  id: 'NATS-lazy-sync',
  until: 'NATS',
  sentence: 'Nobody waits for the flush that flush.messages asks for; it happens some time later.',
  promise: 'a record that was to be flushed first outlives any loss of power',
  rules: { replication: { waitsForFlush: () => false } },
};
