import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../../src/host/host.ts';
import { realHost } from '../../src/real/host.ts';
import { describeHost } from './host.ts';
import type { MachineName, Stage } from './stage.ts';

const silentName = 'silent.invalid';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Both machines are this computer: loopback sockets, and a temporary directory for each disk. */
async function realStage(): Promise<Stage> {
  const root = await mkdtemp(join(tmpdir(), 'ordeal-'));
  const exits: Stage['exits'] = [];
  const sockets: Socket[] = [];
  const silent = new Set<string>();
  const hosts = new Map<MachineName, Host>();
  const closing = new Set<Host>();
  const end = (host: Host | undefined): void => {
    if (host === undefined) return;
    closing.add(host);
    host.exit(0, 'end of the test');
  };
  return {
    exits,
    async boot(machine) {
      end(hosts.get(machine));
      const host: Host = realHost({
        machine,
        directory: join(root, machine),
        resolve: (host) => (silent.has(host) ? silentName : '127.0.0.1'),
        connectTimeoutMs: 300,
        connect: ((options: TcpNetConnectOpts) => {
          // An attempt that gets no answer: here the first question is never answered.
          const socket = connect({ ...options, lookup: () => {} });
          sockets.push(socket);
          return socket;
        }) as typeof connect,
        onExit(code, reason) {
          if (!closing.has(host)) exits.push({ machine, code, reason });
        },
      });
      hosts.set(machine, host);
      return host;
    },
    address: (machine, port) => ({ host: machine, port }),
    async until(condition) {
      const deadline = performance.now() + 5000;
      while (!condition()) {
        if (performance.now() > deadline) throw new Error('the condition does not come to hold');
        await pause(1);
      }
    },
    rest: () => pause(60),
    // No loopback can be cut: each connection gets the error by which a system gives one up.
    silence(machine) {
      silent.add(machine);
      const error = Object.assign(new Error('read ETIMEDOUT'), { code: 'ETIMEDOUT' });
      for (const socket of sockets.splice(0)) socket.destroy(error);
    },
    async close() {
      for (const host of hosts.values()) end(host);
      await rm(root, { recursive: true, force: true });
    },
  };
}

describeHost('the real world', realStage);
