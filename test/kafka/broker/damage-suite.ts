/**
 * Three brokers with two topics of one partition, replication factor 3, min.insync.replicas 2, in
 * small segments. One broker is stopped, and its disk can be damaged before it is started again.
 */
import { expect } from 'vitest';
import { defaultNodeSettings, defaultTopicSettings } from '../../../src/kafka/config.ts';
import { TestCluster } from './cluster.ts';
import { Files, recordsIn } from './damage.ts';

export const topics = ['orders', 'payments'] as const;

export class Suite {
  readonly cluster: TestCluster;
  readonly expected: Record<string, string[]> = { orders: [], payments: [] };
  readonly victim = 3;
  readonly asker = 1;

  private constructor(cluster: TestCluster) {
    this.cluster = cluster;
  }

  static async start(seed: string): Promise<Suite> {
    const topicDefaults = { ...defaultTopicSettings, segmentBytes: 700, indexIntervalBytes: 200 };
    const cluster = new TestCluster({ seed, settings: { ...defaultNodeSettings, topicDefaults } });
    const suite = new Suite(cluster);
    await cluster.allBrokersLive();
    for (const topic of topics) {
      await cluster.createTopic(topic, 1, 3, { 'min.insync.replicas': '2' });
    }
    for (let i = 0; i < 12; i++) await suite.produce();
    return suite;
  }

  files(id = this.victim): Files {
    return new Files(this.cluster.machine(id).disk);
  }

  async produce(): Promise<void> {
    for (const topic of topics) {
      const written = this.expected[topic] as string[];
      const values = [0, 1].map((i) => `${topic}-${written.length + i}`);
      await this.#produceTo(topic, values);
      for (const value of values) written.push(`${written.length} ${value}`);
    }
  }

  /** A broker that was killed leads for a while yet, as far as the others know. */
  async #produceTo(topic: string, values: string[]): Promise<void> {
    for (let i = 0; i < 100; i++) {
      const leader = await this.cluster.leaderOf(topic, 0, this.asker);
      const answer = await this.cluster.tryProduce(leader, topic, 0, values);
      const result = typeof answer === 'string' ? null : answer.responses[0];
      if (result?.partitionResponses[0]?.errorCode === 0) return;
      await this.cluster.run(0.3);
    }
    throw new Error('nobody takes records');
  }

  async stop(clean: boolean): Promise<void> {
    const machine = this.cluster.machine(this.victim);
    if (!clean) {
      machine.crash();
      return;
    }
    machine.stop();
    await this.cluster.until('the stop', () => machine.state === 'dead', 40);
    await this.cluster.run(0.1);
  }

  /** Starts the victim and waits until it is in sync, or has refused; why, or null. */
  async startAgain(): Promise<string | null> {
    const { cluster, victim, asker } = this;
    cluster.exits.length = 0;
    cluster.start(victim);
    for (let i = 0; i < 300; i++) {
      await cluster.run(0.2);
      if (cluster.exits.length > 0) return cluster.exits[0] as string;
      const { brokers, topics: told } = await cluster.metadata(asker);
      const isWhole = told.every(({ partitions }) => partitions[0]?.isrNodes.length === 3);
      if (brokers.length === 3 && isWhole) return null;
    }
    throw new Error(`not in sync:\n${cluster.warnings.join('\n')}`);
  }

  async untilWhole(): Promise<void> {
    const { asker, cluster } = this;
    const isWhole: Parameters<TestCluster['metadataWhere']>[2] = ({ brokers, topics: told }) =>
      brokers.length === 3 && told.every(({ partitions }) => partitions[0]?.isrNodes.length === 3);
    await cluster.metadataWhere(asker, 'whole', isWhole, 90);
  }

  expectAllWhole(): void {
    for (const id of this.cluster.brokers) {
      for (const topic of topics) {
        expect([id, recordsIn(this.files(id), `data/${topic}-0`)]).toEqual([
          id,
          this.expected[topic],
        ]);
      }
    }
  }
}
