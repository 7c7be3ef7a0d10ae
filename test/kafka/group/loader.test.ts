import { describe, expect, it } from 'vitest';
import { Loader } from '../../../src/kafka/group/loader.ts';
import { encodeGroupRecord, type GroupRecord } from '../../../src/kafka/group/records.ts';
import { buildBatch } from '../../../src/kafka/records/builder.ts';
import { Bench, topicId } from '../replication/bench.ts';

const topic = '__consumer_offsets';
const text = new TextEncoder();

function aLog() {
  const bench = new Bench().start().create({ topic, replicas: [1] });
  const append = (...pairs: { key: Uint8Array; value: Uint8Array | null }[]): void => {
    const records = buildBatch({
      records: pairs.map((pair) => ({ ...pair, timestamp: 0, headers: [] })),
    });
    const coordinator = { leaderEpoch: 0, appended: () => {} };
    const partitions = [{ topicId, topic, index: 0, records }];
    bench.manager.produce({ coordinator, acks: -1, timeoutMs: 0, partitions }, () => {});
  };
  const load = (bytesPerEvent: number, end = bench.partition.log.logEndOffset) => {
    const seen: string[] = [];
    const outcome: { problem: string | null | undefined } = { problem: undefined };
    const led = bench.manager.led(topic, 0, 0)!;
    const loader = new Loader({
      host: bench.world.host,
      led,
      end,
      bytesPerEvent,
      onRecord: ({ group }, at) => seen.push(`${group} at ${at}`),
      done: (problem) => {
        outcome.problem = problem;
      },
    });
    return { seen, outcome, loader };
  };
  return { bench, append, load };
}

const tombstone = (group: string) => {
  const record: GroupRecord = { kind: 'group', group, value: null };
  return encodeGroupRecord(record);
};

describe('a load', () => {
  it('takes what a coordinator wrote, and skips records of other kinds', () => {
    const { append, bench, load } = aLog();
    append(tombstone('a'), { key: Uint8Array.of(0, 9, 1), value: text.encode('new') });
    append(tombstone('b'));
    const { outcome, seen } = load(10_000);
    bench.world.advance(0);
    expect([seen, outcome.problem]).toEqual([['a at 0', 'b at 2'], null]);
  });

  it('does so much in an event and no more', () => {
    const { append, bench, load } = aLog();
    for (const name of ['a', 'b', 'c', 'd']) append(tombstone(name));
    const before = bench.world.timersSet;
    const { outcome, seen } = load(1);
    bench.world.advance(0);
    expect([seen.length, outcome.problem, bench.world.timersSet - before]).toEqual([4, null, 4]);
  });

  it('ends where it is told to, inside a batch too', () => {
    const { append, bench, load } = aLog();
    append(tombstone('a'), tombstone('b'), tombstone('c'));
    const { outcome, seen } = load(10_000, 2);
    bench.world.advance(0);
    expect([seen, outcome.problem]).toEqual([['a at 0', 'b at 1'], null]);
  });

  it('says what it cannot read, and takes nothing behind it', () => {
    const { append, bench, load } = aLog();
    append(tombstone('a'));
    append({ key: tombstone('b').key, value: Uint8Array.of(0, 99) });
    append(tombstone('c'));
    const { outcome, seen } = load(10_000);
    bench.world.advance(0);
    expect(seen).toEqual(['a at 0']);
    expect(outcome.problem).toContain('has no version 99');
  });

  it('says nothing once it is cancelled, or another broker leads', () => {
    for (const stop of ['cancel', 'lose'] as const) {
      const { append, bench, load } = aLog();
      append(tombstone('a'));
      const { loader, outcome, seen } = load(10_000);
      if (stop === 'cancel') loader.cancel();
      else bench.tell(bench.change({ leader: 2 }));
      bench.world.advance(0);
      expect([seen, outcome.problem]).toEqual([[], undefined]);
    }
  });
});
