import { describe, expect, it } from 'vitest';
import { fetchApi } from '../../../src/kafka/protocol/apis/01-fetch.ts';
import { createTopicsApi } from '../../../src/kafka/protocol/apis/19-create-topics.ts';
import { verifyBatch } from '../../../src/kafka/records/batch.ts';
import { TestCluster } from './cluster.ts';
import { damages, Files, recordsIn } from './damage.ts';
import { Suite } from './damage-suite.ts';

const none = { older: new Map(), other: null };

/** Stops all, the victim last: it leads what it can. */
async function stopAll(suite: Suite, clean: boolean): Promise<void> {
  const { cluster, victim } = suite;
  const order = [...cluster.brokers.filter((id) => id !== victim), victim];
  for (const id of order) {
    if (!clean) cluster.machine(id).crash();
    else {
      cluster.machine(id).stop();
      await cluster.until('the stop', () => cluster.machine(id).state === 'dead', 40);
    }
  }
}

describe('a whole cluster that stopped, with the last leader’s files damaged', () => {
  it.each(['cut', 'deleted', 'flipped'])(
    'cleanly: the others are not cut to it (%s)',
    async (what) => {
      const suite = await Suite.start(`all clean ${what}`);
      const { cluster, victim } = suite;
      await stopAll(suite, true);
      damages[what]?.(suite.files(), 'data/orders-0', none);
      for (const id of cluster.brokers) cluster.start(id);
      await suite.untilWhole();
      suite.expectAllWhole();
      expect(cluster.warnings.join('\n')).toMatch(new RegExp(`m${victim}: data/orders-0`));
    },
  );

  it('uncleanly: who would lead from damaged files stays fenced and says so, till they are back', async () => {
    let heldBack = 0;
    for (const victim of [1, 2, 3]) {
      const suite = await Suite.start('all crashed');
      const { cluster } = suite;
      await cluster.run(65);
      for (const id of cluster.brokers) cluster.machine(id).crash();
      const files = suite.files(victim);
      const before = files.copy('data');
      damages.deleted?.(files, 'data/orders-0', none);
      for (const id of cluster.brokers) cluster.start(id);
      await cluster.run(40);
      for (const id of cluster.brokers) {
        const records = recordsIn(suite.files(id), 'data/orders-0');
        if (id !== victim) expect(records).toEqual(suite.expected.orders);
      }
      if (cluster.warnings.some((line) => line.includes(`stays fenced: it is the last known`))) {
        heldBack++;
        cluster.machine(victim).crash();
        files.restore('data/orders-0', before);
        cluster.start(victim);
      }
      await suite.untilWhole();
      suite.expectAllWhole();
    }
    expect(heldBack).toBeGreaterThan(0);
  });
});

describe('what is not ours in a data directory', () => {
  it.each([true, false])(
    'stays as it is, and is named where it looks like a replica (clean: %s)',
    async (clean) => {
      const suite = await Suite.start(`foreign ${clean}`);
      const { cluster } = suite;
      await suite.stop(clean);
      const files = suite.files();
      const note = new TextEncoder().encode('notes');
      const paths = [
        'data/backup-2024/note.txt',
        'data/backup-7',
        'data/notes/n',
        'data/orders-0/mine',
      ];
      for (const path of paths) files.write(path, note);
      cluster.warnings.length = 0;
      expect(await suite.startAgain()).toBeNull();
      for (const path of paths) expect(files.bytes(path)).toEqual(note);
      expect(cluster.warnings.join('\n')).toContain('data/backup-2024 is left alone');
      suite.expectAllWhole();
    },
  );

  it('is not overwritten where a replica is due: the node ends, and names it', async () => {
    const suite = await Suite.start('in the way');
    const { cluster, victim } = suite;
    const note = new TextEncoder().encode('notes');
    suite.files().write('data/backup-0/note.txt', note);
    await cluster.call(1, createTopicsApi, 7, {
      topics: [
        { name: 'backup', numPartitions: 1, replicationFactor: 3, assignments: [], configs: [] },
      ],
      timeoutMs: 10_000,
    });
    await cluster.until('the end', () => cluster.exits.length > 0);
    expect(cluster.exits[0]).toMatch(
      new RegExp(`m${victim}: 1 .*data/backup-0 .move away what is there`),
    );
    expect(suite.files().bytes('data/backup-0/note.txt')).toEqual(note);
  });
});

describe('a byte that flipped in what was flushed long ago', () => {
  it('reaches a consumer only under a checksum that does not fit, and no follower', async () => {
    const cluster = new TestCluster();
    await cluster.allBrokersLive();
    await cluster.createTopic('orders', 1, 1);
    const leader = await cluster.leaderOf('orders', 0);
    await cluster.produce(leader, 'orders', 0, ['a']);
    const files = new Files(cluster.machine(leader).disk);
    const path = 'data/orders-0/00000000000000000000.log';
    cluster.machine(leader).disk.faults.flip(path, (files.bytes(path)?.length ?? 0) - 2, 4);
    const { responses } = await cluster.call(leader, fetchApi, 12, {
      maxWaitMs: 500,
      minBytes: 1,
      topics: [
        {
          topic: 'orders',
          partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 9999 }],
        },
      ],
    });
    const records = responses[0]?.partitions[0]?.records ?? new Uint8Array(0);
    expect(records.length).toBeGreaterThan(0);
    expect(verifyBatch(records, 0)).not.toBeNull();
  });
});
