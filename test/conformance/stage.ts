import type { Host } from '../../src/host/host.ts';
import type { Address } from '../../src/host/network.ts';

/**
 * Two machines, `one` and `two`, in whatever world: what the suite asks of a world beside its
 * hosts. The suite never awaits time itself; it asks the stage to let it pass.
 */
export type MachineName = 'one' | 'two';

export interface Stage {
  /** Starts a process; one that is there is killed first. The machine's disk stays. */
  boot(machine: MachineName): Promise<Host>;
  /** How others reach this port of the machine. */
  address(machine: MachineName, port: number): Address;
  /** Lets time pass until the condition holds. Rejects when it does not within some seconds. */
  until(condition: () => boolean): Promise<void>;
  /** Lets so much time pass that whatever was going to happen has happened. */
  rest(): Promise<void>;
  /**
   * From now on nobody answers in the machine's place: it has no power, and what waits for its
   * answer is given up by the other's system, in its own time.
   */
  silence(machine: MachineName): void;
  /** How processes ended themselves, oldest first. */
  readonly exits: { machine: MachineName; code: number; reason: string }[];
  close(): Promise<void>;
}

/** What has become of a promise, once time has passed until it settled. */
export async function outcome<T>(stage: Stage, promise: Promise<T>): Promise<T> {
  let settled = false;
  const done = (): void => {
    settled = true;
  };
  promise.then(done, done);
  await stage.until(() => settled);
  return promise;
}
