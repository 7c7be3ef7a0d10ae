/** Properties of the replicas of a partition. */
import { fromLoss, property } from './property.ts';

export const monotonicHighWatermark = property({
  name: 'monotonic-high-watermark',
  sentence: 'a high watermark fell under one leader, or on one node of the quorum',
  risk: 'a high watermark moves in another epoch than the first',
  pledge: 'committed-stays',
  follows: fromLoss,
  say: (c: { partition: string; node: number; before: number; now: number }) =>
    `the high watermark of ${c.partition} on node ${c.node} fell from ${c.before} to ${c.now}`,
});

export const highWatermarkReplicated = property({
  name: 'high-watermark-replicated',
  sentence:
    'a record below the high watermark is missing on a member of the ISR (quorum: on a majority)',
  risk: 'a high watermark moves while a replica lags behind it',
  pledge: 'committed-stays',
  follows: fromLoss,
  say: (c: {
    partition: string;
    highWatermark: number;
    lacking: readonly number[];
    ends: readonly number[];
    counted: readonly number[];
  }) =>
    `the high watermark of ${c.partition} became ${c.highWatermark}, counted on nodes ` +
    `${c.counted.join(', ')}, but node ${c.lacking.join(', ')} ends at ${c.ends.join(', ')}`,
});

const differs = (c: { partition: string; node: number; offset: number }): string =>
  `node ${c.node} differs from the committed log of ${c.partition} at offset ${c.offset}`;

export const logMatching = property({
  name: 'log-matching',
  sentence: 'a replica differs from the committed log below its own high watermark',
  risk: 'a replica has cut its log',
  pledge: 'committed-stays',
  follows: fromLoss,
  say: differs,
});

export const metadataLogMatching = property({
  name: 'metadata-log-matching',
  sentence: 'a node differs from the committed metadata log below its own high watermark',
  risk: 'a node has cut its metadata log',
  pledge: 'always',
  say: differs,
});

export const ackedByMinIsr = property({
  name: 'acked-by-min-isr',
  sentence:
    'the high watermark, by which acks=all is answered, passed records that fewer replicas hold ' +
    'than min.insync.replicas says',
  risk: 'records are committed while the ISR is as small as it may be',
  pledge: 'committed-stays',
  follows: fromLoss,
  say: (c: {
    partition: string;
    node: number;
    highWatermark: number;
    holding: readonly number[];
    minimum: number;
  }) =>
    `leader ${c.node} of ${c.partition} moved the high watermark to ${c.highWatermark} with ` +
    `${c.holding.length} of at least ${c.minimum} replicas holding it: [${c.holding.join(', ')}]`,
});

export const retentionSafe = property({
  name: 'retention-safe',
  sentence: 'records were deleted that are not committed, or that the configuration keeps',
  risk: 'the beginning of a log is deleted',
  pledge: 'committed-stays',
  follows: fromLoss,
  say: (c: { partition: string; node: number; start: number; committed: number; kept: boolean }) =>
    `node ${c.node} deleted ${c.partition} below ${c.start}, ` +
    (c.kept
      ? 'though its topic keeps all'
      : `though only what is below ${c.committed} is committed`),
});

type Lacking = { partition: string; node: number; end: number; committed: number };

export const leaderCompleteness = property({
  name: 'leader-completeness',
  sentence: 'a new leader lacks a committed record',
  risk: 'a leader starts while another replica lacks committed records',
  pledge: 'committed-stays',
  follows: fromLoss,
  say: (c: Lacking & { epoch: number }) =>
    `node ${c.node} leads ${c.partition} from epoch ${c.epoch} on and ends at ${c.end}, but ` +
    `all below ${c.committed} was committed before`,
});

export const candidateCompleteness = property({
  name: 'candidate-completeness',
  sentence: 'a live member of the ISR or ELR lacks a committed record',
  risk: 'an ISR is committed while a replica outside lacks committed records',
  pledge: 'committed-stays',
  follows: fromLoss,
  say: (c: Lacking) =>
    `node ${c.node} may be elected leader of ${c.partition} and ends at ${c.end}, but all ` +
    `below ${c.committed} was committed`,
});

export const noTruncationBelowHighWatermark = property({
  name: 'no-truncation-below-hw',
  sentence: 'a replica truncated below its own high watermark',
  risk: 'a replica with a high watermark cuts its log',
  pledge: 'committed-stays',
  follows: fromLoss,
  say: (c: { partition: string; node: number; to: number; highWatermark: number }) =>
    `node ${c.node} cut ${c.partition} to ${c.to}, below its high watermark ${c.highWatermark}`,
});

export const isrSuperset = property({
  name: 'isr-superset',
  sentence: "the leader counts on fewer replicas than the controller's ISR has",
  risk: 'a leader counts on others than the controller has confirmed',
  pledge: 'always',
  say: (c: {
    partition: string;
    leader: number;
    counted: readonly number[];
    isr: readonly number[];
    missing: readonly number[];
  }) =>
    `leader ${c.leader} of ${c.partition} counts on [${c.counted.join(', ')}], but the ` +
    `controller's ISR [${c.isr.join(', ')}] has node ${c.missing.join(', ')} too`,
});

export const ackedNotLost = property({
  name: 'acked-not-lost',
  sentence: 'an acknowledged record is on no live replica at the end',
  risk: 'a fault strikes a replica of a partition in which a record was acknowledged',
  pledge: 'acknowledged-stays',
  say: (c: { partition: string; offset: number; acks: string }) =>
    `offset ${c.offset} of ${c.partition} was acknowledged (acks=${c.acks}) but is on no live replica`,
});
