/** Properties of what a replica keeps: on its disk, in its log's state, across restarts. */
import { property } from './property.ts';

type At = { partition: string; node: number; offset: number };

export const flushedSurvives = property({
  name: 'flushed-survives',
  sentence:
    'a restart cost a replica what it had synced, or, where its machine kept its power, anything ' +
    'that it had appended',
  risk: 'a replica that had something to lose starts again',
  pledge: 'always',
  say: (c: At & { owed: number; end: number; power: boolean }) =>
    `${c.partition} on node ${c.node} lacks offset ${c.offset} after a restart and ends at ` +
    `${c.end}, though all below ${c.owed} was ` +
    (c.power ? 'synced before' : 'appended before, and only the process died'),
});

export const recoveredAsWritten = property({
  name: 'recovered-as-written',
  sentence:
    'what stands in the files of a replica (read after a start, after a cut, and at the end) is ' +
    'not what was appended to it',
  risk: 'a log that is not empty is opened',
  pledge: 'always',
  say: (c: At & { problem: string }) =>
    `the files of ${c.partition} on node ${c.node} are not as they were written at offset ` +
    `${c.offset}: ${c.problem}`,
});

export const epochsAsWritten = property({
  name: 'epochs-as-written',
  sentence:
    'the leader epochs that a log knows after a start or a cut are not those of its batches',
  risk: 'a log that is not empty is opened or cut',
  pledge: 'always',
  follows: ['recovered-as-written'],
  say: (c: {
    partition: string;
    node: number;
    known: readonly string[];
    written: readonly string[];
  }) =>
    `${c.partition} on node ${c.node} knows the epochs [${c.known.join(', ')}], its batches are ` +
    `of [${c.written.join(', ')}]`,
});

export const producersAsWritten = property({
  name: 'producers-as-written',
  sentence:
    'what a log knows of its producers after a start or a cut is not what its batches say of them',
  risk: 'a log that is not empty is opened or cut',
  pledge: 'always',
  follows: ['recovered-as-written'],
  say: (c: { partition: string; node: number; producer: number; known: string; written: string }) =>
    `${c.partition} on node ${c.node} has ${c.known} for producer ${c.producer}, its batches ` +
    `${c.written}`,
});

export const readAsWritten = property({
  name: 'read-as-written',
  sentence: 'a replica read from its log another batch than stands at the offset asked for',
  risk: 'a log is read',
  pledge: 'always',
  follows: ['recovered-as-written', 'flushed-survives'],
  say: (c: At & { standing: number; found: number }) =>
    `node ${c.node} read ${c.partition} from offset ${c.offset} and found the batch at ` +
    `${c.found}; the one that stands there begins at ${c.standing}`,
});

export const highWatermarkRestarts = property({
  name: 'high-watermark-restarts',
  sentence:
    'a high watermark restarted below its last durable checkpoint, outside its log, or, after a ' +
    'clean shutdown, elsewhere than it was',
  risk: 'a replica starts again that has a checkpoint of its high watermark',
  pledge: 'always',
  follows: ['flushed-survives'],
  say: (c: {
    partition: string;
    node: number;
    highWatermark: number;
    least: number;
    most: number;
  }) =>
    `the high watermark of ${c.partition} on node ${c.node} restarted at ${c.highWatermark}, not ` +
    (c.least === c.most ? `at ${c.least}` : `from ${c.least} to ${c.most}`),
});

export const syncedWhenAcknowledged = property({
  name: 'synced-when-acknowledged',
  sentence:
    'the high watermark, by which acks=all is answered, passed records that a replica it counted ' +
    'on had not synced, though every append is (flush.messages=1; the quorum: a majority)',
  risk: 'a high watermark moves where every append is synced first',
  pledge: 'synced-first',
  say: (c: {
    partition: string;
    node: number;
    highWatermark: number;
    lacking: readonly number[];
    synced: readonly number[];
  }) =>
    `leader ${c.node} of ${c.partition} moved the high watermark to ${c.highWatermark}, but node ` +
    `${c.lacking.join(', ')} had synced up to ${c.synced.join(', ')}`,
});
