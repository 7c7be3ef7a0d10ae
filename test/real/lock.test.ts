import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sendSignal } from '../../src/cli/send-signal.ts';
import { LockedError, lockDirectory } from '../../src/real/lock.ts';

let directory: string;
let holder: ChildProcess | null = null;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ordeal-lock-'));
});

afterEach(() => {
  if (holder !== null) sendSignal(holder, 'SIGKILL');
  holder = null;
  rmSync(directory, { recursive: true, force: true });
});

async function held(): Promise<ChildProcess> {
  const file = join(import.meta.dirname, 'lock-holder.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', file, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  holder = child;
  await once(child.stdout, 'data');
  return child;
}

describe('the lock of a data directory', () => {
  it('is one process’s at a time, which is named, and free once that lets go', async () => {
    const lock = await lockDirectory(directory);
    const refusal = await lockDirectory(directory).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(LockedError);
    expect(String(refusal)).toContain(`in use by process ${process.pid}: stop it`);
    lock.release();
    (await lockDirectory(directory)).release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('goes to one of many that want it at once', async () => {
    const wanted = await Promise.allSettled(
      Array.from({ length: 8 }, () => lockDirectory(directory)),
    );
    const got = wanted.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(got).toHaveLength(1);
    got[0]?.release();
  });

  it('outlasts a process that is stopped, and not one that was killed', async () => {
    const child = await held();
    sendSignal(child, 'SIGSTOP');
    await expect(lockDirectory(directory)).rejects.toThrow(`process ${child.pid}`);
    sendSignal(child, 'SIGKILL');
    await once(child, 'exit');
    (await lockDirectory(directory)).release();
  });

  it('is not kept by another process that got the number of the dead one', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    writeFileSync(join(directory, '.lock-0'), `${process.pid} ${port}\n`);
    (await lockDirectory(directory)).release();
  });

  it('is not kept by a claim that says nothing', async () => {
    writeFileSync(join(directory, '.lock-0'), '');
    (await lockDirectory(directory)).release();
  });
});
