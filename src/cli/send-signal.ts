import type { ChildProcess } from 'node:child_process';

/**
 * Sends a signal to a child, unless it has ended. Not by `kill` of the child: after that Deno takes
 * it for ended by the signal, whatever code it ends with, and sends it no second one.
 */
export function sendSignal(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(child.pid, signal);
  } catch (error) {
    // It has ended, and we are about to hear of that.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
