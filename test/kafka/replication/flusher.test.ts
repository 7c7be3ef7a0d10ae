import { describe, expect, it } from 'vitest';
import type { TopicSettings } from '../../../src/kafka/config.ts';
import { defaultTopicSettings } from '../../../src/kafka/config.ts';
import { Flusher } from '../../../src/kafka/replication/flusher.ts';
import {
  kafkaReplicationRules,
  type ReplicationRules,
} from '../../../src/kafka/replication/rules.ts';
import { wrongRulesOf } from '../../trial/museum/wrong-rules-of.ts';
import { ManualHost, settle } from './manual-host.ts';

/** A log whose flushes end when the test says. */
class SlowLog {
  logEndOffset = 0;
  recoveryPoint = 0;
  readonly flushes: (() => void)[] = [];

  flush(): Promise<void> {
    const end = this.logEndOffset;
    return new Promise((resolve) => {
      this.flushes.push(() => {
        this.recoveryPoint = end;
        resolve();
      });
    });
  }
}

function makeFlusher(
  settings: Partial<TopicSettings>,
  directory = Promise.resolve(),
  wrong: Partial<ReplicationRules> = {},
) {
  const world = new ManualHost();
  const log = new SlowLog();
  let flushed = 0;
  const flusher = new Flusher({
    host: world.host,
    log,
    rules: { ...kafkaReplicationRules, ...wrong },
    directory,
    settings: () => ({ ...defaultTopicSettings, ...settings }),
    onFlushed: () => {
      flushed += 1;
    },
    onError: (error) => {
      throw error;
    },
  });
  const append = (count: number): void => {
    log.logEndOffset += count;
    flusher.afterAppend();
  };
  return { world, log, flusher, append, count: () => flushed };
}

describe('a flush policy', () => {
  it('by default flushes nothing and holds nothing back', async () => {
    const { append, flusher, log, world } = makeFlusher({});
    append(1000);
    await settle();
    expect(log.flushes).toHaveLength(0);
    expect(flusher.end).toBe(1000);
    expect(flusher.pending).toBeNull();
    expect(world.timersSet).toBe(0);
  });

  it('makes a cut durable, and until then vouches for nothing above it', async () => {
    const { append, flusher, log } = makeFlusher({});
    append(100);
    expect(flusher.lastingEnd).toBe(100);
    log.logEndOffset = 40;
    flusher.afterTruncation();
    append(30);
    expect(flusher.lastingEnd).toBe(40);
    await settle();
    log.logEndOffset = 60;
    flusher.afterTruncation();
    await settle();
    log.flushes[0]?.();
    await settle();
    expect(flusher.lastingEnd).toBe(40);
    log.flushes[1]?.();
    await settle();
    expect(flusher.lastingEnd).toBe(60);
    expect(flusher.end).toBe(60);
  });

  it('of every record holds back what is not durable yet', async () => {
    const { append, count, flusher, log } = makeFlusher({ flushMessages: 1 });
    append(1);
    await settle();
    append(2);
    expect(flusher.end).toBe(0);
    expect(flusher.pending).not.toBeNull();
    log.flushes[0]?.();
    await settle();
    expect(flusher.end).toBe(1);
    log.flushes[1]?.();
    await settle();
    expect([flusher.end, flusher.pending, count()]).toEqual([3, null, 2]);
  });

  it('is told about before its flush under a wrong rule (RocketMQ 8239), though others wait', async () => {
    const wrong = wrongRulesOf('RocketMQ-8239', 'replication');
    const { append, flusher } = makeFlusher({ flushMessages: 1 }, undefined, wrong);
    append(1);
    expect(flusher.end).toBe(1);
    expect(flusher.pending).not.toBeNull();
  });

  it('is waited for by nobody under another (NATS, lazy sync), and comes some time later', async () => {
    const wrong = wrongRulesOf('NATS-lazy-sync', 'replication');
    const { append, flusher, log } = makeFlusher({ flushMessages: 1 }, undefined, wrong);
    append(1);
    expect([flusher.end, flusher.pending]).toEqual([1, null]);
    await settle();
    expect(log.flushes).toHaveLength(1);
  });

  it('of every tenth record lets the others pass', async () => {
    const { append, flusher, log } = makeFlusher({ flushMessages: 10 });
    append(9);
    expect(flusher.end).toBe(9);
    append(1);
    expect(flusher.end).toBe(0);
    await settle();
    log.flushes[0]?.();
    await settle();
    expect(flusher.end).toBe(10);
  });

  it('by time flushes some time after the first record, and holds nothing back', async () => {
    const { append, flusher, log, world } = makeFlusher({ flushMs: 50 });
    append(1);
    append(1);
    expect(flusher.end).toBe(2);
    world.advance(50_000);
    await settle();
    expect(log.flushes).toHaveLength(1);
  });

  it('waits until the directory itself is durable', async () => {
    let ready = (): void => {};
    const directory = new Promise<void>((resolve) => {
      ready = resolve;
    });
    const { append, log } = makeFlusher({ flushMessages: 1 }, directory);
    append(1);
    await settle();
    expect(log.flushes).toHaveLength(0);
    ready();
    await settle();
    expect(log.flushes).toHaveLength(1);
  });
});
