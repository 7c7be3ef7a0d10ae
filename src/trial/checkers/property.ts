/** The properties a trial can break, each with the one sentence that a violation of it means. */
export const properties = {
  'inconsistent-offsets': 'two values were seen at one offset',
  duplicate: 'one value stands at two offsets',
  'lost-write': 'an acknowledged value below the highest offset read was never read',
  unseen: 'an acknowledged value was never read by the end, once everything healed',
  'failed-read': 'a value was read whose send had certainly failed',
  'poll-skip': 'successive polls of one consumer skip known records',
  'nonmonotonic-poll': 'successive polls of one consumer step back',
  'nonmonotonic-send': "one producer's acknowledged sends to a partition go backward",
  'record-order': 'records of one producer and one key do not stand in the order they were sent',
  'consistent-read': 'a record once consumed changed',
  'single-leader': 'two leaders in one epoch of a partition or of the quorum',
  'single-vote': 'one voter granted two candidates its vote in one epoch',
  'monotonic-epoch': 'a leader epoch, partition epoch or quorum epoch fell',
  'monotonic-high-watermark': 'a high watermark fell from one leader to the next',
  'high-watermark-replicated':
    'a record below the high watermark is missing on a member of the ISR',
  'log-matching': 'two replicas disagree on a batch below both their high watermarks',
  'leader-completeness': 'a new leader lacks a committed record',
  'candidate-completeness': 'a live member of the ISR or ELR lacks a committed record',
  'isr-superset': "the leader's maximal ISR does not contain the controller's ISR",
  'no-truncation-below-hw': 'a replica truncated below its own high watermark',
  'metadata-log-matching': 'two nodes disagree on the metadata log below the high watermark',
  'acked-not-lost': 'an acknowledged record is on no live replica at the end',
  converges: 'after healing the cluster did not become whole within its bound',
  'sends-complete': 'after healing a send was not answered within its delivery timeout',
} as const;

export type Property = keyof typeof properties;

export const propertyNames = Object.keys(properties) as Property[];
