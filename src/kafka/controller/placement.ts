/**
 * Where the replicas of new partitions go: over racks first, then evenly over brokers, in stripes.
 * Each partition starts one rack further and takes one replica per rack in turn; each time a rack
 * gives the leader it starts one broker further. Once every broker could have led, all are
 * shuffled, so that one broker's partitions do not all have the same next one. Unfenced brokers go
 * before fenced ones, and only unfenced ones come first in a partition.
 */
import { assert } from '../../base/assert.ts';
import type { NodeId } from '../../base/ids.ts';
import type { RandomStream } from '../../host/random.ts';
import type { BrokerState } from '../metadata/state.ts';

interface Rack {
  readonly unfenced: NodeId[];
  readonly fenced: NodeId[];
  /** Where the next stripe starts among the unfenced. */
  start: number;
}

/** Why so many replicas cannot be placed, for the peer to read; null where they can. */
export function placementProblem(
  brokers: readonly BrokerState[],
  replicationFactor: number,
): string | null {
  if (brokers.every((broker) => broker.fenced)) return 'All brokers are currently fenced.';
  if (replicationFactor > brokers.length) {
    return (
      `The target replication factor of ${replicationFactor} cannot be reached because only ` +
      `${brokers.length} broker(s) are registered.`
    );
  }
  return null;
}

/**
 * Replicas of `partitions` new partitions, the preferred leader first. `brokers` are those not
 * shutting down.
 */
export function placeReplicas(
  brokers: readonly BrokerState[],
  partitions: number,
  replicationFactor: number,
  random: RandomStream,
): NodeId[][] {
  assert(
    placementProblem(brokers, replicationFactor) === null,
    'replicas are placed where they fit',
  );
  const racks = racksOf(brokers, random);
  const firstRack = random.int(racks.length);
  const placed: NodeId[][] = [];
  const unfenced = brokers.reduce((sum, broker) => (broker.fenced ? sum : sum + 1), 0);
  for (let i = 0; i < partitions; i += 1) {
    if (i > 0 && i % unfenced === 0) for (const rack of racks) shuffleRack(rack, random);
    placed.push(placeStripe(racks, firstRack + i, replicationFactor));
  }
  return placed;
}

function racksOf(brokers: readonly BrokerState[], random: RandomStream): Rack[] {
  const racks = new Map<string, Rack>();
  const sorted = [...brokers].sort(
    (a, b) => compareText(a.rack ?? '', b.rack ?? '') || a.id - b.id,
  );
  for (const broker of sorted) {
    const name = broker.rack ?? '';
    let rack = racks.get(name);
    if (rack === undefined) {
      rack = { unfenced: [], fenced: [], start: 0 };
      racks.set(name, rack);
    }
    (broker.fenced ? rack.fenced : rack.unfenced).push(broker.id);
  }
  for (const rack of racks.values()) shuffleRack(rack, random);
  return [...racks.values()];
}

function placeStripe(
  racks: readonly Rack[],
  rotation: number,
  replicationFactor: number,
): NodeId[] {
  const turn = racks.map((_, i) => racks[(rotation + i) % racks.length] as Rack);
  const leading = turn.findIndex((rack) => rack.unfenced.length > 0);
  const order = [...turn.slice(leading), ...turn.slice(0, leading)];
  const candidates = order.map(candidatesOf);
  const replicas: NodeId[] = [];
  for (let round = 0; replicas.length < replicationFactor; round += 1) {
    for (const ofRack of candidates) {
      const replica = ofRack[round];
      if (replica !== undefined && replicas.length < replicationFactor) replicas.push(replica);
    }
  }
  const first = order[0] as Rack;
  first.start = (first.start + 1) % first.unfenced.length;
  return replicas;
}

const candidatesOf = (rack: Rack): NodeId[] => [
  ...rack.unfenced.slice(rack.start),
  ...rack.unfenced.slice(0, rack.start),
  ...rack.fenced,
];

function shuffleRack(rack: Rack, random: RandomStream): void {
  shuffle(rack.unfenced, random);
  shuffle(rack.fenced, random);
}

function shuffle(nodes: NodeId[], random: RandomStream): void {
  for (let i = nodes.length - 1; i > 0; i -= 1) {
    const j = random.int(i + 1);
    const swapped = nodes[i] as NodeId;
    nodes[i] = nodes[j] as NodeId;
    nodes[j] = swapped;
  }
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
