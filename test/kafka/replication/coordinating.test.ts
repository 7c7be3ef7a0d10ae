import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import type { ProduceResult } from '../../../src/kafka/replication/contract.ts';
import { Bench, batchOf, topicId } from './bench.ts';

const topic = '__consumer_offsets';

function leading() {
  const told: string[] = [];
  const bench = new Bench().start();
  bench.manager.onLeaderships(topic, {
    gained: (index, epoch) => told.push(`gained ${index} in ${epoch}`),
    lost: (index) => told.push(`lost ${index}`),
  });
  bench.create({ topic });
  const append = (leaderEpoch: number) => {
    const outcome: { appended: number | null; done: number | null } = {
      appended: null,
      done: null,
    };
    const done = ([result]: ProduceResult[]): void => {
      outcome.done = result?.errorCode ?? null;
    };
    const appended = ({ baseOffset }: ProduceResult): void => {
      outcome.appended = baseOffset;
    };
    const partitions = [{ topicId, topic, index: 0, records: batchOf('a') }];
    const coordinator = { leaderEpoch, appended };
    const timeoutMs = Number.POSITIVE_INFINITY;
    bench.manager.produce({ coordinator, acks: -1, timeoutMs, partitions }, done);
    return outcome;
  };
  return { bench, told, append };
}

describe('a coordinator', () => {
  it('hears which partitions of its topic this broker leads, each change once', () => {
    const { bench, told } = leading();
    bench.tell(bench.change({ leader: 2 }));
    bench.tell(bench.change({ leader: 1 }));
    expect(told).toEqual(['gained 0 in 0', 'lost 0', 'gained 0 in 2']);
  });

  it('hears that its records are appended, and then that they are committed', () => {
    const { bench, append } = leading();
    const outcome = append(0);
    expect(outcome).toEqual({ appended: 0, done: null });
    bench.follow(2, 1);
    bench.follow(3, 1);
    expect(outcome).toEqual({ appended: 0, done: 0 });
  });

  it('hears that what it appended may be lost, when another leads', () => {
    const { bench, append } = leading();
    const outcome = append(0);
    bench.tell(bench.change({ leader: 2 }));
    expect(outcome).toEqual({ appended: 0, done: errorCode.notLeaderOrFollower });
  });

  it('appends nothing in an epoch that is over', () => {
    const { bench, append } = leading();
    bench.tell(bench.change({ leader: 2 }));
    bench.tell(bench.change({ leader: 1 }));
    expect(append(0)).toEqual({ appended: null, done: errorCode.notLeaderOrFollower });
    expect(bench.partition.log.logEndOffset).toBe(0);
    expect(append(2).appended).toBe(0);
  });

  it('reads to the end of the log, and hears when what it has read is committed', () => {
    const { bench, append } = leading();
    append(0);
    const led = bench.manager.led(topic, 0, 0)!;
    expect(led.log).toEqual({ logStartOffset: 0, logEndOffset: 1, highWatermark: 0 });
    expect(led.read(0, 1000).length).toBeGreaterThan(0);
    const codes: number[] = [];
    led.whenCommitted(1, (code) => codes.push(code));
    bench.follow(2, 1);
    bench.follow(3, 1);
    expect(codes).toEqual([errorCode.none]);
    bench.tell(bench.change({ leader: 2 }));
    expect([led.log, bench.manager.led(topic, 0, 0)]).toEqual([null, null]);
  });
});

it('a client may not write to a topic of the cluster’s own', () => {
  const { bench } = leading();
  expect(bench.produce(-1)).toMatchObject([{ errorCode: errorCode.invalidTopicException }]);
  expect(bench.partition.log.logEndOffset).toBe(0);
});
