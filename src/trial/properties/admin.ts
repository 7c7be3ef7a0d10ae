/** Properties of administration and of what clients look up. */
import { fromLoss, property } from './property.ts';

export const adminDurable = property({
  name: 'admin-durable',
  sentence:
    'at the end a broker does not tell of an acknowledged administrative change that is in force',
  risk: 'a broker is asked at the end, and an administrative change was acknowledged before',
  pledge: 'always',
  say: (c: { broker: number; what: string; told: string; owed: string }) =>
    `broker ${c.broker} tells of ${c.what}: ${c.told}, but acknowledged is: ${c.owed}`,
});

export const metadataMadeUp = property({
  name: 'metadata-made-up',
  sentence: 'a broker told of a topic, of partitions or of a setting that nobody asked for',
  risk: 'a broker is asked what there is, after an administrative change was asked for',
  pledge: 'always',
  say: (c: { broker: number; what: string; told: string }) =>
    `broker ${c.broker} told of ${c.what}: ${c.told}, which nobody asked for`,
});

export const deletedReturns = property({
  name: 'deleted-returns',
  sentence: 'a record acknowledged in a topic stands in a later one of that name',
  risk: 'a record was acknowledged in a topic that is gone, and a later one of its name is read',
  pledge: 'always',
  say: (c: { value: number; acknowledged: string; found: string; offset: number }) =>
    `value ${c.value} was acknowledged in ${c.acknowledged} and read at offset ${c.offset} of ` +
    `${c.found}, a later topic of that name`,
});

export const timeLookUp = property({
  name: 'time-look-up',
  sentence:
    'a look-up by time found a record that is too old, or left out an earlier one that is not',
  risk: 'a look-up by time is answered in a partition in which a record was acknowledged',
  pledge: 'acknowledged-stays',
  follows: fromLoss,
  say: (c: {
    partition: string;
    asked: number;
    offset: number;
    timestamp: number;
    missed: number;
    missedTimestamp: number;
  }) =>
    `asked for the first record of ${c.partition} from time ${c.asked} on, its leader named ` +
    (c.offset < 0 ? 'none' : `offset ${c.offset} with time ${c.timestamp}`) +
    (c.missed < 0 ? '' : `, though offset ${c.missed} has time ${c.missedTimestamp}`),
});
