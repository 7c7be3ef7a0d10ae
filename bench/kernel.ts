import type { Connection } from '../src/host/network.ts';
import { type EventKind, Kernel } from '../src/sim/kernel.ts';
import { World } from '../src/sim/world.ts';
import { type BenchRow, bestOf } from './row.ts';

/** What the deterministic world costs by itself, without any Kafka code in it. */
export async function benchKernel(share = 1): Promise<BenchRow[]> {
  await emptyEvents(200_000);
  await awaitingEvents(100_000);
  await roundTrips(20_000);
  return [
    {
      name: 'kernel: empty events',
      value: await bestOf(3, () => emptyEvents(2_000_000 * share)),
      unit: 'events/s',
      target: 2_000_000,
    },
    {
      name: 'kernel: events that await once',
      value: await bestOf(3, () => awaitingEvents(1_000_000 * share)),
      unit: 'events/s',
    },
    {
      name: 'network: round trips of 100 bytes',
      value: await bestOf(3, () => roundTrips(300_000 * share)),
      unit: 'round trips/s',
    },
  ];
}

/** Pending events at any time: about what a cluster of three brokers has. */
const pending = 100;

function emptyEvents(total: number): Promise<number> {
  return measure(total, (kernel, next) => next(kernel));
}

function awaitingEvents(total: number): Promise<number> {
  return measure(total, (kernel, next) => {
    void (async () => {
      await null;
      next(kernel);
    })();
  });
}

type Next = (kernel: Kernel) => void;

async function measure(total: number, run: (kernel: Kernel, next: Next) => void): Promise<number> {
  const kernel = new Kernel(null);
  let left = total;
  const next = (): void => {
    if (left-- > 0) kernel.at(kernel.now + 1 + (left & 127), kind, 1, null, null);
  };
  const kind: EventKind = {
    id: 1,
    run: () => run(kernel, next),
    describe: () => ({ machine: '', what: 'nothing' }),
  };
  for (let i = 0; i < pending; i++) kernel.at(i, kind, 1, null, null);
  const start = performance.now();
  await kernel.run(Infinity);
  return (kernel.events * 1000) / (performance.now() - start);
}

/** Three clients and one server; each client has four requests under way. */
async function roundTrips(total: number): Promise<number> {
  const world = new World({ seed: 'bench' });
  let answered = 0;
  const request = new Uint8Array(100);
  const server = world.addMachine('server');
  server.start((host) => {
    host.network.listen(
      1,
      (connection) => ({ onData: (bytes) => void connection.write(bytes), onClose() {} }),
      () => {},
    );
    return { stop() {} };
  });
  await world.runUntil(1000);
  for (let i = 0; i < 3; i++) {
    world.addMachine(`client-${i}`).start((host) => {
      const connection: Connection = host.network.connect(
        { host: 'server', port: 1 },
        {
          onOpen() {
            for (let k = 0; k < 4; k++) connection.write(request);
          },
          onData(bytes) {
            answered += bytes.length / request.length;
            if (answered < total) connection.write(request);
          },
          onClose() {},
        },
      );
      return { stop() {} };
    });
  }
  const start = performance.now();
  await world.runWhile(() => answered < total, Infinity);
  if (world.failure !== null) throw world.failure;
  return (answered * 1000) / (performance.now() - start);
}
