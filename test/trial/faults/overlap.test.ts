import { describe, expect, it } from 'vitest';
import type { Machine } from '../../../src/sim/machine.ts';
import { World } from '../../../src/sim/world.ts';
import type { Arena } from '../../../src/trial/arena/arena.ts';
import { ClocksUnderFault } from '../../../src/trial/arena/clocks.ts';
import { DisksUnderFault } from '../../../src/trial/arena/disks.ts';
import { LinkFaults } from '../../../src/trial/arena/links.ts';
import type { Roster } from '../../../src/trial/arena/roster.ts';
import { Supervisor } from '../../../src/trial/arena/supervisor.ts';
import { Wholeness } from '../../../src/trial/arena/wholeness.ts';
import type { ActiveFault } from '../../../src/trial/faults/kind.ts';
import { type FaultInput, faultSchema, kindOf } from '../../../src/trial/faults/registry.ts';
import { ClusterView } from '../../../src/trial/history/cluster-view.ts';

/** A machine, and how to put a fault of a kind in force on it. */
function aMachine(): { machine: Machine; strike: (fault: object) => ActiveFault; world: World } {
  const world = new World({ seed: 'overlap' });
  const machine = world.addMachine('b1');
  world.addMachine('b2');
  const view = new ClusterView();
  const names = ['b1', 'b2'];
  const roster: Roster = {
    brokers: names,
    nodes: names,
    voters: names,
    clients: [],
    racks: new Map(),
    groups: new Map(),
    machineOf: (node) => `b${node}`,
  };
  const arena: Arena = {
    world,
    roster,
    view,
    wholeness: new Wholeness(world, view, []),
    supervisor: new Supervisor(world),
    links: new LinkFaults(),
    disks: new DisksUnderFault(),
    clocks: new ClocksUnderFault(),
    reconfigure: () => {},
    onDiskReplaced: () => {},
  };
  const when = { atMs: 0, durationMs: 1, target: 'b1' };
  const strike = (input: object): ActiveFault => {
    const fault = faultSchema.parse({ ...when, ...input } as FaultInput);
    return kindOf(fault).strike({ fault, machine, machines: ['b1'], arena });
  };
  return { machine, strike, world };
}

/** What of a machine and its links faults may change and must put back. */
function stateOf(machine: Machine, world: World): object {
  const { faults } = machine.disk;
  const link = world.network.link('b1', 'b2');
  return {
    drift: machine.clock.driftPpm,
    offset: machine.clock.offsetMs,
    full: faults.full,
    stalled: faults.stalled,
    syncFactor: faults.syncFactor,
    gate: link.gate,
    latency: link.latency,
  };
}

const pairs: readonly [object, object][] = [
  [
    { kind: 'clock-drift', partsPerMillion: 500 },
    { kind: 'clock-drift', partsPerMillion: -70 },
  ],
  [
    { kind: 'clock-jump', offsetMs: 500 },
    { kind: 'clock-jump', offsetMs: -70 },
  ],
  [{ kind: 'full-disk' }, { kind: 'full-disk' }],
  [{ kind: 'stalled-disk' }, { kind: 'stalled-disk' }],
  [
    { kind: 'slow-disk', factor: 10 },
    { kind: 'slow-disk', factor: 90 },
  ],
  [
    { kind: 'slow-network', factor: 3 },
    { kind: 'slow-network', factor: 5 },
  ],
  [{ kind: 'isolate' }, { kind: 'one-way-partition', direction: 'outbound' }],
  [{ kind: 'clog' }, { kind: 'clog' }],
  [{ kind: 'flapping-link' }, { kind: 'isolate' }],
];

describe('two faults of one machine at a time', () => {
  it.each(pairs)('%o and %o: neither ends the other, and nothing outlives both', (one, two) => {
    const { machine, strike, world } = aMachine();
    const healthy = stateOf(machine, world);
    for (const order of [0, 1]) {
      const faults = [strike(one), strike(two)];
      faults[order]!.end();
      expect(stateOf(machine, world)).not.toEqual(healthy);
      faults[1 - order]!.end();
      expect(stateOf(machine, world)).toEqual(healthy);
    }
  });

  it('the end of a read error does not take back a sync that is to fail', () => {
    const { machine, strike } = aMachine();
    const sync = strike({ kind: 'failed-sync' });
    strike({ kind: 'read-error' }).end();
    expect(machine.disk.faults.refusesRead()).toBe(false);
    expect(machine.disk.faults.refusesSync()).toBe(true);
    sync.end();
    strike({ kind: 'failed-sync' }).end();
    expect(machine.disk.faults.refusesSync()).toBe(false);
  });
});

describe('many faults on one machine', () => {
  it('never stop its clock, nor push it beyond what a timestamp holds', () => {
    const { machine, strike } = aMachine();
    const faults = Array.from({ length: 6 }, () => [
      strike({ kind: 'clock-drift', partsPerMillion: -200_000 }),
      strike({ kind: 'clock-jump', offsetMs: -900_000_000_000 }),
    ]).flat();
    expect(machine.clock.driftPpm).toBe(-500_000);
    expect(machine.clock.wallAt(0)).toBeGreaterThan(0);
    for (const fault of faults) fault.end();
    expect([machine.clock.driftPpm, machine.clock.offsetMs]).toEqual([0, 0]);
  });

  it('never slow its links beyond what one may', () => {
    const { strike, world } = aMachine();
    const usual = world.network.link('b1', 'b2').latency;
    const faults = Array.from({ length: 5 }, () => strike({ kind: 'slow-network', factor: 1_000 }));
    expect(world.network.link('b1', 'b2').latency.baseUs).toBe(usual.baseUs * 1_000);
    for (const fault of faults) fault.end();
    expect(world.network.link('b1', 'b2').latency).toEqual(usual);
  });
});
