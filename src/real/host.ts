/** A Host on this computer: sockets, files under one folder, system time and chance. */
import type { Host, LogLevel } from '../host/host.ts';
import { immediatePoints } from '../host/points.ts';
import { realClock } from './clock.ts';
import { realDisk } from './disk.ts';
import { type RealNetworkOptions, realNetwork } from './network.ts';
import { realRandom } from './random.ts';
import { realTimers } from './timers.ts';

export interface RealHostOptions {
  /** Name of the machine this process takes the part of. */
  readonly machine: string;
  /** Folder that is its disk; created where missing. */
  readonly directory: string;
  /** Interface to listen on, a loopback address by default. */
  readonly listenAddress?: string;
  readonly connectTimeoutMs?: number;
  /** Opens sockets in place of node:net, for tests. */
  readonly connect?: RealNetworkOptions['connect'];
  /** Address of a machine name; the name itself by default. */
  readonly resolve?: (host: string) => string;
  readonly log?: (level: LogLevel, message: string) => void;
  /** The process ended itself; its network and timers are already cut off. */
  readonly onExit?: (code: number, reason: string) => void;
}

export function realHost(options: RealHostOptions): Host {
  const network = realNetwork({
    listenAddress: options.listenAddress ?? '127.0.0.1',
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    resolve: options.resolve ?? ((host) => host),
    ...(options.connect === undefined ? {} : { connect: options.connect }),
  });
  const timers = realTimers();
  let exited = false;
  return {
    machine: options.machine,
    clock: realClock(),
    timers,
    random: realRandom(),
    network,
    disk: realDisk(options.directory),
    points: immediatePoints,
    log: (level, message) => options.log?.(level, message),
    exit(code, reason) {
      if (exited) return;
      exited = true;
      network.cutOff();
      timers.cutOff();
      options.onExit?.(code, reason);
    },
  };
}
