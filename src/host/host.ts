import type { Clock } from './clock.ts';
import type { Disk } from './disk.ts';
import type { Network } from './network.ts';
import type { Points } from './points.ts';
import type { RandomSource } from './random.ts';
import type { Timers } from './timers.ts';

/**
 * The port: all that one process may ask of its world, and its only way to the world. One Host
 * belongs to one process, that is one incarnation of code on a machine; when the process ends,
 * nothing of it runs again. `sim/` implements it on virtual time, `real/` on sockets, files and
 * system time.
 */
export interface Host {
  /** The machine's name: what others put into `Address.host` to reach it. */
  readonly machine: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: RandomSource;
  readonly network: Network;
  readonly disk: Disk;
  readonly points: Points;
  /** A line for the operator (real) or for the trace (sim). */
  log(level: LogLevel, message: string): void;
  /**
   * Ends this process by its own will: 0 after a clean shutdown, anything else a halt. Its
   * connections are reset as by a crash. Code after the call may still run to the end of the event,
   * but has no effect.
   */
  exit(code: number, reason: string): void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * A program that a machine can run, started anew for every incarnation. `stop` asks for a clean
 * shutdown (SIGTERM); the program answers by `host.exit(0, …)` when it is done.
 */
export type Program = (host: Host) => RunningProgram;

export interface RunningProgram {
  stop(): void;
  /**
   * Takes a rejection in this process that nobody handled, at the end of the event that caused it.
   * Without it, in simulation, the run fails.
   */
  onRejection?(reason: unknown): void;
}
