/**
 * The pump runs one step per macrotask, so that all microtasks of a step finish before the next
 * one. Immediates are queued 64 at a time: the event loop's own work is then paid once per 64
 * steps. This is the only file of the simulation that touches the ambient event loop. It also takes
 * in the unhandled rejections that simulated code causes while it pumps.
 */
export interface Pumped {
  /** Does one step. False when there is nothing more to do: the pump then stops. */
  step(): boolean;
  /** Whether the latest step must hear of its rejections before the next one. */
  readonly awaitsRejections: boolean;
  /** A rejection nobody handled, caused by one of the latest steps. */
  onRejection(reason: unknown): void;
}

const later: (callback: () => void) => unknown = setImmediate;
const ambient = globalThis.process;
const batch = 64;
const rejected = 'unhandledRejection';
/** Bun tells of rejections only when all queued immediates have run. */
const tellsLate = 'Bun' in globalThis;

/** Whether what runs now is a step, or what a step caused. */
let stepping = false;

export function inSimulation(): boolean {
  return stepping;
}

let active = 0;
let latest: Pumped | null = null;
let outsiders: ((...args: unknown[]) => void)[] = [];

/** Steps until `step` says false; then waits one more turn, in which late rejections are told. */
export function pump(pumped: Pumped): Promise<void> {
  takeRejections();
  return new Promise((resolve) => {
    let left = 0;
    let running = true;
    /** The rest of the batch is let pass by, so that rejections are told. */
    let passing = false;
    const tick = (): void => {
      left--;
      stepping = running;
      if (running) {
        latest = pumped;
        running = pumped.step();
        if (!running) later(() => later(stop));
        else if (left === 0) refill(batch);
      }
    };
    /** The tick where rejections are told late. */
    const lateTick = (): void => {
      left--;
      stepping = running;
      if (!running) return;
      if (!passing) {
        latest = pumped;
        running = pumped.step();
        passing = pumped.awaitsRejections;
      }
      if (!running) later(() => later(stop));
      else if (left === 0) {
        // What awaited its rejections is likely to be followed by more of its kind.
        const size = passing ? 1 : batch;
        passing = false;
        refill(size);
      }
    };
    const refill = (size: number): void => {
      left = size;
      const next = tellsLate ? lateTick : tick;
      for (let i = 0; i < size; i++) later(next);
      later(leave);
    };
    const stop = (): void => {
      stepping = false;
      giveRejectionsBack();
      resolve();
    };
    refill(batch);
  });
}

/** Runs after the microtasks of a batch's last step, before anything else gets its turn. */
function leave(): void {
  stepping = false;
}

const onRejection = (reason: unknown): void => latest?.onRejection(reason);

/** While anything pumps, rejections are the simulated code's, not the test runner's. */
function takeRejections(): void {
  if (active++ > 0) return;
  outsiders = ambient.listeners(rejected) as typeof outsiders;
  ambient.removeAllListeners(rejected);
  ambient.on(rejected, onRejection);
}

function giveRejectionsBack(): void {
  if (--active > 0) return;
  ambient.off(rejected, onRejection);
  for (const listener of outsiders) ambient.on(rejected, listener);
  outsiders = [];
  latest = null;
}
