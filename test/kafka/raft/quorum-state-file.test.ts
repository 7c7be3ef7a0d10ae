import { describe, expect, it } from 'vitest';
import type { Host } from '../../../src/host/host.ts';
import { checkedLine, withChecksum } from '../../../src/kafka/log/durable-file.ts';
import { QuorumStateFile } from '../../../src/kafka/raft/quorum-state-file.ts';
import { RefusalError } from '../../../src/kafka/refusal.ts';
import { World } from '../../../src/sim/world.ts';

const election = {
  epoch: 7,
  leaderId: -1,
  votedKey: { id: 2, directoryId: 'AAAAAAAAAAAAAAAAAAABAg' },
};

/** Runs steps on one disk, each in a process of its own. */
async function onDisk(...steps: ((host: Host) => void | Promise<void>)[]): Promise<World> {
  const world = new World({ seed: 'state file' });
  const machine = world.addMachine('m');
  for (const step of steps) {
    let isDone = false;
    machine.start((host) => {
      host.disk.makeDirectory('data');
      void Promise.resolve(step(host)).then(() => {
        isDone = true;
      });
      return { stop: () => {} };
    });
    await world.runWhile(() => !isDone, world.now + 1_000_000);
    expect(world.failure).toBeNull();
    expect(isDone).toBe(true);
    machine.powerLoss();
  }
  return world;
}

describe('the quorum-state file', () => {
  it('survives a power loss once it was written', async () => {
    await onDisk(
      async ({ disk }) => {
        const file = new QuorumStateFile(disk, 'data');
        expect(file.read()).toBeNull();
        await disk.syncDirectory('');
        await file.write({ epoch: 6, leaderId: 1, votedKey: null }, 0);
        await file.write(election, 3);
      },
      ({ disk }) => {
        expect(new QuorumStateFile(disk, 'data').read()).toEqual({ election, durableOffset: 3 });
      },
    );
  });

  it('holds what Kafka writes, how much of the log is durable, and a checksum', async () => {
    await onDisk(async ({ disk }) => {
      await new QuorumStateFile(disk, 'data').write(election, 3);
      const file = disk.open('data/quorum-state');
      const line = checkedLine(new TextDecoder().decode(file.read(0, file.size())));
      expect(JSON.parse(line ?? '')).toEqual({
        leaderId: -1,
        leaderEpoch: 7,
        votedId: 2,
        votedDirectoryId: 'AAAAAAAAAAAAAAAAAAABAg',
        durableOffset: 3,
        data_version: 1,
      });
    });
  });

  it('refuses the node where it is damaged', async () => {
    await onDisk(({ disk }) => {
      for (const text of [
        '',
        '{"leaderId":',
        '{}',
        '[]',
        withChecksum('{"leaderId":1,"leaderEpoch":2,"votedId":-1}'),
        withChecksum('{"leaderId":1}').replace('1', '2'),
      ]) {
        const file = disk.open('data/quorum-state', true);
        file.truncate(0);
        file.write(0, new TextEncoder().encode(text));
        expect(() => new QuorumStateFile(disk, 'data').read()).toThrow(RefusalError);
      }
    });
  });
});
