/** Properties of what clients were told and saw. */
import { fromLoss, property } from './property.ts';

export const inconsistentOffsets = property({
  name: 'inconsistent-offsets',
  sentence: 'an acknowledgement names an offset at which another value stands',
  risk: 'an acknowledged value was read in a partition that more than one leader wrote',
  pledge: 'acknowledged-stays',
  follows: [...fromLoss, 'duplicate'],
  say: (c: { value: number; partition: string; offset: number; standing: number }) =>
    `value ${c.value} was acknowledged at offset ${c.offset} of ${c.partition}, ` +
    `where value ${c.standing} stands`,
});

export const duplicate = property({
  name: 'duplicate',
  sentence: 'one value stands at two offsets',
  risk: 'a producer sends a batch again that its leader may have',
  riskMark: 'batch-sent-again',
  pledge: 'idempotence',
  follows: fromLoss,
  say: (c: { value: number; first: string; firstOffset: number; second: string; offset: number }) =>
    `value ${c.value} stands at offset ${c.firstOffset} of ${c.first} and at offset ` +
    `${c.offset} of ${c.second}`,
});

type Unread = { value: number; partition: string; offset: number; acks: string; highest: number };

const unread = (c: Unread): string =>
  `offset ${c.offset} of ${c.partition} was acknowledged (acks=${c.acks}) for value ` +
  `${c.value}, which nobody ever read`;

export const lostWrite = property({
  name: 'lost-write',
  sentence: 'an acknowledged value below the highest offset read was never read',
  risk: 'a fault strikes a replica of a partition in which a record was acknowledged',
  pledge: 'acknowledged-stays',
  follows: ['acked-not-lost'],
  say: unread,
});

export const unseen = property({
  name: 'unseen',
  sentence: 'an acknowledged value was never read by the end, once everything healed',
  risk: 'a fault strikes a replica of a partition in which a record was acknowledged',
  pledge: 'acknowledged-stays',
  follows: fromLoss,
  say: unread,
});

export const failedRead = property({
  name: 'failed-read',
  sentence: 'a value was read whose send had certainly failed, or that nobody sent',
  risk: 'a send has failed for certain',
  pledge: 'always',
  say: (c: { value: number; partition: string; offset: number; sent: boolean }) =>
    `value ${c.value} was read at offset ${c.offset} of ${c.partition}, though ` +
    `${c.sent ? 'its send failed' : 'nobody sent it'}`,
});

export const pollSkip = property({
  name: 'poll-skip',
  sentence: 'successive polls of one consumer skip a record that somebody read',
  risk: 'a consumer reads on in a partition whose leader has changed',
  pledge: 'committed-stays',
  follows: fromLoss,
  say: (c: {
    consumer: number;
    partition: string;
    before: number;
    next: number;
    skipped: number;
  }) =>
    `consumer ${c.consumer} read offset ${c.before} of ${c.partition}, then offset ${c.next}, ` +
    `and so never offset ${c.skipped}`,
});

export const nonmonotonicPoll = property({
  name: 'nonmonotonic-poll',
  sentence: 'successive polls of one consumer step back',
  risk: 'a consumer reads on in a partition whose leader has changed',
  pledge: 'committed-stays',
  follows: fromLoss,
  say: (c: { consumer: number; partition: string; before: number; next: number }) =>
    `consumer ${c.consumer} read offset ${c.before} of ${c.partition}, then offset ${c.next}`,
});

export const nonmonotonicSend = property({
  name: 'nonmonotonic-send',
  sentence: "one producer's acknowledged sends to a partition go backward",
  risk: 'two sends of one producer to one partition are under way at once',
  pledge: 'idempotence',
  follows: [...fromLoss, 'record-order'],
  say: (c: {
    producer: number;
    partition: string;
    first: number;
    second: number;
    firstOffset: number;
    secondOffset: number;
  }) =>
    `p${c.producer} sent value ${c.first}, then value ${c.second} to ${c.partition}; they were ` +
    `acknowledged at offsets ${c.firstOffset} and ${c.secondOffset}`,
});

export const recordOrder = property({
  name: 'record-order',
  sentence: 'records of one producer and one key do not stand in the order they were sent',
  risk: 'two sends of one producer with one key are under way at once',
  pledge: 'idempotence',
  follows: fromLoss,
  say: (c: {
    producer: number;
    partition: string;
    first: number;
    second: number;
    key: string | null;
    offset: number;
  }) =>
    `p${c.producer} sent value ${c.first} before value ${c.second} with key ${c.key}, but in ` +
    `${c.partition} it stands behind it, at offset ${c.offset}`,
});

export const consistentRead = property({
  name: 'consistent-read',
  sentence: 'a record once consumed changed',
  risk: 'an offset is read a second time',
  pledge: 'committed-stays',
  follows: fromLoss,
  say: (c: { partition: string; offset: number; first: number; later: number }) =>
    `offset ${c.offset} of ${c.partition} held value ${c.first}, later value ${c.later}`,
});

export const sendsComplete = property({
  name: 'sends-complete',
  sentence: 'after healing a send was not answered within its delivery timeout',
  risk: 'a send is not acknowledged within a second',
  pledge: 'always',
  say: (c: { producer: number; value: number }) =>
    `value ${c.value} was sent by p${c.producer} and never answered`,
});
