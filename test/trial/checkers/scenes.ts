/** Small histories and observations for the tests of checkers. */

import { zeroUuid } from '../../../src/base/ids.ts';
import type { LogKnowledge, Observation } from '../../../src/kafka/observation.ts';
import type { Violation } from '../../../src/trial/checkers/contract.ts';
import { Judge } from '../../../src/trial/checkers/judge.ts';
import { metadataPartition } from '../../../src/trial/checkers/partition-logs.ts';
import { noStorage, type Storage } from '../../../src/trial/checkers/stored/storage.ts';
import type { Guarantees } from '../../../src/trial/guarantees/guarantees.ts';
import { History, type Send } from '../../../src/trial/history/history.ts';

export const partition = 'orders-0';
export const topicId = 'dG9waWMtb3JkZXJzLS0wMQ';

/** Of a log that has nothing, or whose tests do not look at it. */
export const nothingKnown: LogKnowledge = { epochs: [], producers: [], forgetsUntilMs: -1 };

/** A history written line by line; times count up by themselves. */
export class Scene {
  readonly history = new History();
  #now = 0;

  send(options: { key?: string; producer?: number; incarnation?: number } = {}): Send {
    return this.history.invokeSend({
      producer: options.producer ?? 0,
      incarnation: options.incarnation ?? 0,
      key: options.key ?? null,
      acks: 'all',
      invokedUs: this.#tick(),
    });
  }

  acked(
    offset: number,
    options: { key?: string; producer?: number; incarnation?: number } = {},
  ): Send {
    const send = this.send(options);
    this.history.acknowledge(send, this.#tick(), partition, offset);
    return send;
  }

  failed(outcome: 'fail' | 'info'): Send {
    const send = this.send();
    this.history.failSend(send, this.#tick(), outcome, {
      error: 'as the test wants it',
      cause: 'timeout',
    });
    return send;
  }

  /** Pairs of offset and value. */
  read(records: readonly [number, number][], consumer = 0, session = 0): void {
    this.history.poll({
      consumer,
      stay: null,
      session,
      phase: 'workload',
      partition,
      atUs: this.#tick(),
      offsets: records.map(([offset]) => offset),
      values: records.map(([, value]) => value),
    });
  }

  #tick(): number {
    this.#now += 1000;
    return this.#now;
  }
}

/**
 * Every log of every node holds whatever was acknowledged, so that only the clients' side is
 * judged.
 */
/** What a replicated cluster with idempotent producers promises, with faults about. */
export function guarantees(others: Partial<Guarantees> = {}): Guarantees {
  const promised = { idempotent: true, acks: 'all', faulty: true, asked: null } as const;
  const none = { topics: new Map(), producers: new Map(), groups: new Map() };
  return { ...none, initial: [], ...promised, ...others };
}

export function judgeClients(scene: Scene, idempotent = true): readonly Violation[] {
  const judge = new Judge([1], guarantees({ idempotent }));
  const end = Math.max(0, ...scene.history.sends.map((send) => send.offset + 1));
  for (let offset = 0; offset < end; offset++) judge.observe(appended(1, offset, 0), 0);
  return judge.conclude(scene.history, () => true, 1_000_000);
}

export function judgeCluster(
  observations: readonly Observation[],
  promised = guarantees(),
  history = new History(),
  storage: Storage = noStorage,
): readonly Violation[] {
  const judge = new Judge([1, 2, 3], promised, { storage });
  for (const [index, observation] of observations.entries())
    judge.observe(observation, index * 1000);
  return judge.conclude(history, () => true, 1_000_000);
}

export const propertiesOf = (violations: readonly Violation[]): string[] =>
  [...new Set(violations.map((violation) => violation.property))].sort();

/** One record at `offset` on `node`; `crc` tells its content. */
export function appended(
  node: number,
  offset: number,
  leaderEpoch: number,
  crc = offset,
): Observation {
  return {
    kind: 'batch-appended',
    node,
    topicId,
    partition,
    baseOffset: offset,
    lastOffset: offset,
    leaderEpoch,
    crc,
  };
}

export const ordersLog = { topicId, partition };
export const metadataLog = { topicId: zeroUuid, partition: metadataPartition };

/** The log was synced below `end`. */
export function flushed(node: number, end: number, log = ordersLog): Observation {
  return { kind: 'log-flushed', node, ...log, end, coversCuts: true };
}

/** Each process ended with its machine's power, and nobody looks at the disks. */
export const withoutPower: Storage = {
  ...noStorage,
  pastOf: () => ({ losses: 1, damages: 0, replacements: 0 }),
};

export function leaderMark(
  node: number,
  leaderEpoch: number,
  highWatermark: number,
  isr: number[],
): Observation {
  return {
    kind: 'high-watermark',
    role: 'leader',
    node,
    topicId,
    partition,
    leaderEpoch,
    highWatermark,
    maximalIsr: isr,
  };
}

export function followerMark(
  node: number,
  leaderEpoch: number,
  highWatermark: number,
): Observation {
  return {
    kind: 'high-watermark',
    role: 'follower',
    node,
    topicId,
    partition,
    leaderEpoch,
    highWatermark,
  };
}

export function leads(node: number, leaderEpoch: number, epochStart: number): Observation {
  return {
    kind: 'leader-started',
    node,
    topicId,
    partition,
    leaderEpoch,
    epochStart,
    highWatermark: 0,
    isr: [1, 2, 3],
  };
}

export function committed(
  offset: number,
  state: {
    leader: number;
    leaderEpoch: number;
    partitionEpoch: number;
    isr: number[];
    elr?: number[];
  },
): Observation {
  return {
    kind: 'partition-committed',
    node: 1,
    offset,
    topicId,
    partition,
    replicas: [1, 2, 3],
    elr: [],
    election: 'none',
    ...state,
  };
}
