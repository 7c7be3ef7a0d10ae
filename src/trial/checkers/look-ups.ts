/**
 * `time-look-up`: the offset found for a time is that of a record not older, and no record that was
 * acknowledged before the question, by all in sync, lies before it and is not older either. Topics
 * that were ever deleted are left out: a question names its topic by name.
 */
import type { Offset, WallMs } from '../../base/ids.ts';
import { atRisk } from '../../base/mark.ts';
import type { Send } from '../history/history.ts';
import type { Operation } from '../history/operations.ts';
import { timeLookUp } from '../properties/admin.ts';
import type { Case, Checker, Report } from './contract.ts';
import { operationEvidence, sendEvidence } from './evidence.ts';

/** What a look-up asked and was told; −1 for none. */
interface LookUp {
  readonly operation: Operation;
  readonly partition: string;
  readonly asked: WallMs;
  readonly offset: Offset;
  readonly timestamp: WallMs;
}

export const checkLookUps: Checker = (given, report) => {
  const lookUps = lookUpsOf(given);
  if (lookUps.length === 0) return;
  const wanted = new Set(lookUps.map(({ partition }) => partition));
  const known = new Map<string, Send[]>();
  for (const send of given.history.sends) {
    const { partition } = send;
    if (partition === null || send.offset < 0 || !wanted.has(partition)) continue;
    const sends = known.get(partition);
    if (sends === undefined) known.set(partition, [send]);
    else sends.push(send);
  }
  for (const lookUp of lookUps) checkOne(lookUp, known.get(lookUp.partition) ?? [], given, report);
};

function lookUpsOf({ history }: Case): LookUp[] {
  const { all } = history.operations;
  const deleted = new Set(
    all.flatMap(({ change }) => (change?.does === 'delete' ? [change.topic] : [])),
  );
  return all.flatMap((operation): LookUp[] => {
    const { kind, outcome, about, result } = operation;
    if (kind !== 'look-up' || outcome !== 'ok' || result === null) return [];
    const { topic, index, asked } = about as { topic: string; index: number; asked: WallMs };
    if (deleted.has(topic)) return [];
    const { offset, timestamp } = result as { offset: Offset; timestamp: WallMs };
    return [{ operation, partition: `${topic}-${index}`, asked, offset, timestamp }];
  });
}

function checkOne(lookUp: LookUp, sends: readonly Send[], given: Case, report: Report): void {
  const { operation, partition, asked, offset, timestamp } = lookUp;
  const below = given.deletedBelow(partition);
  const say = (missed: Send | null): void =>
    report(timeLookUp, {
      about: {
        partition,
        asked,
        offset,
        timestamp,
        missed: missed?.offset ?? -1,
        missedTimestamp: missed?.timestamp ?? -1,
      },
      atUs: operation.completedUs,
      partition,
      evidence: [operationEvidence(operation), ...(missed === null ? [] : [sendEvidence(missed)])],
    });
  if (sends.some((send) => send.completedUs < operation.invokedUs)) atRisk(timeLookUp);
  if (offset >= 0 && timestamp < asked) say(null);
  const missed = sends.find(
    (send) =>
      send.acks === 'all' &&
      send.completedUs < operation.invokedUs &&
      send.offset >= below &&
      send.timestamp >= asked &&
      (offset < 0 || send.offset < offset),
  );
  if (missed !== undefined) say(missed);
}
