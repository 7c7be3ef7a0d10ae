/** Properties of what applications of consumer groups do with the records that they are given. */
import { fromLoss, property } from './property.ts';

type Case = { group: string; partition: string; offset: number; by: string };

export const processedAtLeastOnce = property({
  name: 'processed-at-least-once',
  sentence: 'a group committed an offset behind a record that none of its applications processed',
  risk: 'a partition has several owners in its group, one after the other',
  pledge: 'processes-all',
  follows: fromLoss,
  say: (c: Case & { committed: number }) =>
    `${c.by} of group ${c.group} committed offset ${c.committed} of ${c.partition}, and nobody in ` +
    `it ever processed offset ${c.offset}`,
});

export const processedOnce = property({
  name: 'processed-once',
  sentence: 'applications of a group processed a record twice',
  risk: 'a partition has several owners in its group, one after the other',
  pledge: 'processes-once',
  follows: fromLoss,
  say: (c: Case & { before: string }) =>
    `${c.before} of group ${c.group} processed offset ${c.offset} of ${c.partition}, and ` +
    `${c.by} processed it again`,
});
