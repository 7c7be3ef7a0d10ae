import type { Host, Program } from '../../src/host/host.ts';
import type { CloseReason, Connection, ConnectionHandler } from '../../src/host/network.ts';
import { constantLatency } from '../../src/sim/latency.ts';
import type { Machine, MachineOptions } from '../../src/sim/machine.ts';
import { World, type WorldOptions } from '../../src/sim/world.ts';

/** A world in which a message takes 1 ms, always, and sending takes no time. */
export function plainWorld(options: Partial<WorldOptions> = {}): World {
  return new World({
    seed: 'plain',
    ...options,
    network: { latency: constantLatency(1000), bytesPerSecond: Infinity, ...options.network },
  });
}

/** Starts a process on a machine of this name and gives its host when it runs. */
export async function boot(
  world: World,
  name: string,
  options?: MachineOptions,
): Promise<{ machine: Machine; host: Host }> {
  const machine =
    world.machines.find((known) => known.name === name) ?? world.addMachine(name, options);
  let host: Host | null = null;
  machine.start((given) => {
    host = given;
    return { stop: () => given.exit(0, 'stopped') };
  });
  await world.runUntil(world.now);
  if (host === null) throw new Error('the program did not start');
  return { machine, host };
}

export const idle: Program = () => ({ stop() {} });

/** A handler that writes down all it is told. */
export class Recorder implements ConnectionHandler {
  readonly log: string[] = [];
  readonly chunks: Uint8Array[] = [];
  closed: CloseReason | null = null;
  connection: Connection | null = null;

  get text(): string {
    return this.chunks.map((chunk) => String.fromCharCode(...chunk)).join('');
  }

  get bytes(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  onOpen(): void {
    this.log.push('open');
  }

  onData(bytes: Uint8Array): void {
    this.chunks.push(bytes);
    this.log.push(`data ${bytes.length}`);
  }

  onDrain(): void {
    this.log.push('drain');
  }

  onClose(reason: CloseReason): void {
    this.closed = reason;
    this.log.push(`close ${reason}`);
  }
}

export const text = (value: string): Uint8Array => Uint8Array.from(value, (c) => c.charCodeAt(0));

/** Listens on a port; each connection gets a recorder. */
export function listen(host: Host, port: number): Recorder[] {
  const accepted: Recorder[] = [];
  host.network.listen(
    port,
    (connection) => {
      const recorder = new Recorder();
      recorder.connection = connection;
      accepted.push(recorder);
      return recorder;
    },
    () => {},
  );
  return accepted;
}

export function dial(host: Host, to: string, port: number): Recorder & { connection: Connection } {
  const recorder = new Recorder();
  recorder.connection = host.network.connect({ host: to, port }, recorder);
  return recorder as Recorder & { connection: Connection };
}

/** Two machines, `a` connected to port 1 of `b`. */
export async function pair(options: Partial<WorldOptions> = {}) {
  const world = plainWorld(options);
  const a = await boot(world, 'a');
  const b = await boot(world, 'b');
  const accepted = listen(b.host, 1);
  const client = dial(a.host, 'b', 1);
  await world.runUntil(world.now + 10_000);
  const server = accepted[0] as Recorder & { connection: Connection };
  return { world, a, b, accepted, client, server };
}

export const elapse = (world: World, us: number): Promise<void> => world.runUntil(world.now + us);
