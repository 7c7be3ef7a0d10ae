/** What a program imports that puts code of its own on simulated machines. */
export { type NodeProgramOptions, nodeProgram } from './foreign/node-program.ts';
export type { Host, Program, RunningProgram } from './host/host.ts';
export { kafkaNode } from './kafka/broker/node.ts';
export { defaultNodeSettings, type NodeConfig, type NodeSettings } from './kafka/config.ts';
export { EscapeError, installGuard } from './sim/guard.ts';
export type { Machine, MachineOptions } from './sim/machine.ts';
export { World, type WorldOptions } from './sim/world.ts';
