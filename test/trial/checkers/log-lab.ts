/**
 * A real log on a simulated disk, before a judge who reads that disk: processes end by crash, loss
 * of power or a clean stop, and the next one opens what is left. `distort` makes the log a wrong
 * one: it may change what it shows, or what lies on its disk at that moment.
 */
import { countReached } from '../../../src/base/mark.ts';
import type { Host } from '../../../src/host/host.ts';
import { defaultTopicSettings } from '../../../src/kafka/config.ts';
import { Log } from '../../../src/kafka/log/log.ts';
import type { Observation } from '../../../src/kafka/observation.ts';
import { instantDisk } from '../../../src/sim/disk.ts';
import type { FileContent } from '../../../src/sim/disk-file.ts';
import type { Machine } from '../../../src/sim/machine.ts';
import type { World } from '../../../src/sim/world.ts';
import { Judge } from '../../../src/trial/checkers/judge.ts';
import { SimStorage } from '../../../src/trial/checkers/stored/storage.ts';
import { History } from '../../../src/trial/history/history.ts';
import { batchOf, startMs } from '../../kafka/log/logs.ts';
import { boot, plainWorld } from '../../sim/support.ts';
import { guarantees, ordersLog, propertiesOf } from './scenes.ts';

export type Distort = (observation: Observation, machine: Machine) => Observation;

const settings = { ...defaultTopicSettings, segmentBytes: 400, indexIntervalBytes: 150 };
const newest = (names: readonly string[]): string =>
  names
    .filter((name) => name.endsWith('.log'))
    .sort()
    .at(-1)!;

export class LogLab {
  readonly world: World;
  readonly atRisk = new Set<string>();
  readonly #judge: Judge;
  readonly #distort: Distort;
  #log!: Log;
  #host!: Host;
  /** Whether its directory is not durable yet: a flush waits for that. */
  #isNew = false;
  #sequence = 0;
  #written = 0;

  private constructor(seed: number, distort: Distort) {
    this.world = plainWorld({ seed: String(seed) });
    this.#distort = distort;
    countReached((_, name) => this.atRisk.add(name));
    this.#judge = new Judge([1], guarantees(), {
      storage: new SimStorage(() => this.machine.disk),
    });
  }

  static async start(distort: Distort = (observation) => observation, seed = 1): Promise<LogLab> {
    const lab = new LogLab(seed, distort);
    await lab.#boot({ cleanShutdown: true });
    return lab;
  }

  get machine(): Machine {
    return this.world.machine('a');
  }

  get log(): Log {
    return this.#log;
  }

  /** One batch of one record, of an idempotent producer. */
  append(leaderEpoch = 1): void {
    const producer = { producerId: 7, producerEpoch: 0, baseSequence: this.#sequence++ };
    this.#log.append(batchOf([`w${this.#written++}`], producer), leaderEpoch);
  }

  /** The producer goes on where the log is cut. */
  truncateTo(offset: number): void {
    this.#sequence -= this.#log.logEndOffset - offset;
    this.#log.truncateTo(offset);
  }

  /** As a broker does whose replica goes and comes again: the new one begins empty. */
  replace(): void {
    const { disk } = this.#host;
    disk.rename('orders-0', 'orders-0.doomed');
    this.#log.delete();
    disk.remove('orders-0.doomed');
    this.#open({ cleanShutdown: true, recoveryPoint: 0 });
    this.#isNew = true;
  }

  async flush(): Promise<void> {
    if (this.#isNew) {
      const { disk } = this.#host;
      const made = Promise.all([disk.syncDirectory('orders-0'), disk.syncDirectory('')]);
      await this.world.runUntil(this.world.now + 1_000_000);
      await made;
      this.#isNew = false;
    }
    const done = this.#log.flush();
    await this.world.runUntil(this.world.now + 1_000_000);
    await done;
  }

  async crash(): Promise<void> {
    this.machine.crash();
    await this.#boot({ cleanShutdown: false });
  }

  async losePower(): Promise<void> {
    this.machine.powerLoss();
    await this.#boot({ cleanShutdown: false });
  }

  async restart(): Promise<void> {
    const done = this.#log.close();
    await this.world.runUntil(this.world.now + 1_000_000);
    await done;
    this.machine.crash();
    await this.#boot({ cleanShutdown: true });
  }

  observe(observation: Observation): void {
    const shown = this.#distort(observation, this.machine);
    this.#judge.observe(shown, this.world.now, this.machine.incarnation);
  }

  /** What is broken by now. */
  broken(): string[] {
    return propertiesOf(this.#judge.conclude(new History(), () => true, this.world.now));
  }

  async #boot({ cleanShutdown }: { cleanShutdown: boolean }): Promise<void> {
    const recoveryPoint = this.#log?.recoveryPoint ?? 0;
    const { host } = await boot(this.world, 'a', { disk: instantDisk });
    this.#host = host;
    this.#isNew = false;
    this.#open({ cleanShutdown, recoveryPoint });
  }

  #open({ cleanShutdown, recoveryPoint }: { cleanShutdown: boolean; recoveryPoint: number }): void {
    this.#log = Log.open({
      disk: this.#host.disk,
      directory: 'orders-0',
      settings,
      cleanShutdown,
      recoveryPoint,
      wallMs: () => startMs,
      replica: { node: 1, ...ordersLog },
      observe: (observation) => this.observe(observation),
    });
    this.#sequence = this.#log.activeProducers()[0]?.lastSequence ?? -1;
    this.#sequence += 1;
  }
}

/** The bytes of the newest segment, for those who change them behind the log's back. */
export function newestSegment({ disk }: Machine): FileContent {
  const directory = disk.tree.get('orders-0') as unknown as { entries: Map<string, unknown> };
  return directory.entries.get(newest([...directory.entries.keys()])) as FileContent;
}
