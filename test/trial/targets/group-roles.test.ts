import { describe, expect, it } from 'vitest';
import { partitionOfGroup } from '../../../src/kafka/group/group-partition.ts';
import { SimRandom } from '../../../src/sim/random.ts';
import { ClusterView } from '../../../src/trial/history/cluster-view.ts';
import { castOf } from '../../../src/trial/plan/cluster.ts';
import { scenario } from '../../../src/trial/scenario/scenario.ts';
import {
  candidatesOf,
  formOf,
  resolveTarget,
  targetKinds,
  targetProblem,
} from '../../../src/trial/targets/registry.ts';

const cast = castOf(
  scenario({
    name: 'grouped',
    description: 'Two groups on three brokers.',
    workload: {
      groups: [
        { name: 'billing', members: 2 },
        { name: 'stock', members: 1 },
      ],
    },
  }),
);
const { roster } = cast;

/** A cluster in which broker `leader` leads this partition of the groups' topic, and 3 the rest. */
function viewOf(count: number, led: number, leader: number): ClusterView {
  const view = new ClusterView();
  for (let index = 0; index < count; index++) {
    view.observe({
      kind: 'partition-committed',
      node: 1,
      offset: index,
      topicId: 'b2Zmc2V0cy10b3BpYy0wMQ',
      partition: `__consumer_offsets-${index}`,
      replicas: [1, 2, 3],
      adding: [],
      removing: [],
      isr: [1, 2, 3],
      elr: [],
      leader: index === led ? leader : 3,
      leaderEpoch: 0,
      partitionEpoch: 0,
      election: 'none',
    });
  }
  return view;
}

const resolve = (target: string, view = new ClusterView()): readonly string[] =>
  resolveTarget(target, { roster, view, lastStruck: [] });

describe('roles in a consumer group', () => {
  it('its coordinator leads the partition in which it is kept, once there is one', () => {
    expect(resolve('coordinator of billing')).toEqual([]);
    const led = partitionOfGroup('billing', 5);
    expect(resolve('coordinator of billing', viewOf(5, led, 2))).toEqual(['b2']);
    expect(resolve('coordinator of billing', viewOf(5, led, -1))).toEqual([]);
    expect(candidatesOf('coordinator of billing', roster)).toEqual(['b1', 'b2', 'b3']);
  });

  it('a member is one of its machines, every member all of them', () => {
    expect(resolve('a member of billing')).toEqual(['m2']);
    expect(resolve('every member of billing')).toEqual(['m1', 'm2']);
    expect(resolve('a member of stock')).toEqual(['m3']);
    expect(resolve('m1')).toEqual(['m1']);
    expect(formOf('every member of stock', roster)).toBe('every member of <group>');
  });

  it('are refused for a group that nobody is in', () => {
    expect(targetProblem('coordinator of billing', cast)).toBeNull();
    expect(targetProblem('coordinator of audit', cast)).toContain('names what is not there');
    expect(targetProblem('m4', cast)).toContain('names what is not there');
  });

  it('are drawn where there are groups, and draw nothing where there are none', () => {
    const own = targetKinds.filter(({ form }) => form.endsWith('<group>'));
    expect(own).toHaveLength(3);
    const random = new SimRandom('1', 'targets/').stream('draw');
    for (const kind of own) {
      const drawn = Array.from({ length: 20 }, () => kind.draw(cast, random)!);
      expect(new Set(drawn).size).toBe(2);
      for (const target of drawn) expect(targetProblem(target, cast)).toBeNull();
    }
    const none = { ...cast, roster: { ...roster, groups: new Map() } };
    const untouched = { int: () => expect.unreachable() } as never;
    expect(own.map((kind) => kind.draw(none, untouched))).toEqual([null, null, null]);
  });
});
