import type { Machine } from '../../sim/machine.ts';

/** It has a process, running or frozen. */
export function isUp(machine: Machine): boolean {
  return machine.state === 'running' || machine.state === 'paused';
}
