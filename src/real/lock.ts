/**
 * One process to a data directory. Who wants it writes a claim of its own beside the data, then
 * looks for others: two that claim at once both see each other, so at most one goes on. A claim
 * names its process and a port on which it listens as long as it lives. It is void once that
 * process is gone, or nobody listens there: a process killed and its number given to another do not
 * keep the directory, a process that is stopped or busy does. Holds between the processes of one
 * computer.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const host = '127.0.0.1';
const prefix = '.lock-';
const answerTimeoutMs = 1_000;
/** For one that claimed at the same moment and gives way. */
const yieldMs = 300;

export interface DirectoryLock {
  release(): void;
}

/** The directory is another process's. */
export class LockedError extends Error {
  override readonly name = 'LockedError';
  readonly pid: number;

  constructor(directory: string, pid: number, claim: string) {
    super(
      `${directory} is in use by process ${pid}: stop it, or take another directory ` +
        `(its claim is ${join(directory, claim)})`,
    );
    this.pid = pid;
  }
}

/** Creates the directory where it is missing. Rejects with a LockedError. */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  mkdirSync(directory, { recursive: true });
  const server = await listen();
  const name = `${prefix}${randomBytes(8).toString('hex')}`;
  writeClaim(directory, name, (server.address() as AddressInfo).port);
  const release = (): void => {
    rmSync(join(directory, name), { force: true });
    server.close();
  };
  try {
    let other = await findOther(directory, name);
    // Of two that claimed at once, one stays and looks again when the other has given way.
    if (other !== null && name < other.name) {
      await pause(yieldMs);
      other = await findOther(directory, name);
    }
    if (other !== null) throw new LockedError(directory, other.pid, other.name);
    return { release };
  } catch (error) {
    release();
    throw error;
  }
}

interface Claim {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
}

/** A claim appears whole: what is being written has another name. */
function writeClaim(directory: string, name: string, port: number): void {
  const unfinished = join(directory, `.unfinished${name}`);
  writeFileSync(unfinished, `${process.pid} ${port}\n`);
  renameSync(unfinished, join(directory, name));
}

/** A claim of somebody who lives; those of the dead are removed. */
async function findOther(directory: string, own: string): Promise<Claim | null> {
  for (const name of readdirSync(directory)) {
    if (!name.startsWith(prefix) || name === own) continue;
    const claim = readClaim(directory, name);
    if (claim === null) continue;
    if (isAlive(claim.pid) && (await isAnswered(claim.port))) return claim;
    rmSync(join(directory, name), { force: true });
  }
  return null;
}

/** Null where it was taken back meanwhile. */
function readClaim(directory: string, name: string): Claim | null {
  try {
    const [pid, port] = readFileSync(join(directory, name), 'utf8').split(' ').map(Number);
    return { name, pid: pid || 0, port: port || 0 };
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The system answers for a process that is stopped; no answer at all is not a no. */
function isAnswered(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(answerTimeoutMs, () => settle(true));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(0, host, () => {
      server.unref();
      resolve(server);
    });
  });
}
