import type { Host } from '../../src/host/host.ts';
import { World } from '../../src/sim/world.ts';
import { describeHost } from './host.ts';
import type { MachineName, Stage } from './stage.ts';

const second = 1_000_000;

function simStage(splitWrites: boolean): Stage {
  const world = new World({ seed: 'conformance', tieBreak: 'random', splitWrites });
  const exits: Stage['exits'] = [];
  for (const name of ['one', 'two'] as const) {
    world.addMachine(name).onExit = (code, reason) =>
      void exits.push({ machine: name, code, reason });
  }
  const check = (): void => {
    if (world.failure !== null) throw world.failure;
  };
  return {
    exits,
    async boot(name: MachineName): Promise<Host> {
      let host: Host | null = null;
      world.machine(name).restart((given) => {
        host = given;
        return { stop: () => given.exit(0, 'stopped') };
      });
      await world.runWhile(() => host === null, world.now + second);
      if (host === null) throw new Error('the process did not start');
      return host;
    },
    address: (name, port) => ({ host: name, port }),
    async until(condition) {
      await world.runWhile(() => !condition(), world.now + 60 * second);
      check();
      if (!condition()) throw new Error('the condition does not come to hold');
    },
    async rest() {
      await world.runUntil(world.now + second);
      check();
    },
    silence: (name) => world.machine(name).powerLoss(),
    close: () => Promise.resolve(),
  };
}

describeHost('the simulated world', () => Promise.resolve(simStage(false)));
describeHost('the simulated world that splits writes', () => Promise.resolve(simStage(true)));
