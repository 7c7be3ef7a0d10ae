import { describe, expect, it } from 'vitest';
import { secondsToMicros } from '../../../src/base/time.ts';
import { kafkaNode } from '../../../src/kafka/broker/node.ts';
import { KafkaClient } from '../../../src/kafka/client/client.ts';
import type { Producer } from '../../../src/kafka/client/produce/producer.ts';
import { defaultNodeSettings, type NodeConfig } from '../../../src/kafka/config.ts';
import type { Observation } from '../../../src/kafka/observation.ts';
import { World } from '../../../src/sim/world.ts';

const nodes = [1, 2, 3];
const partitionCount = 3;

function config(nodeId: number): NodeConfig {
  return {
    nodeId,
    roles: { broker: true, controller: true },
    clusterId: 'end-to-end-cluster-idA',
    rack: null,
    advertisedHost: `m${nodeId}`,
    brokerPort: 9092,
    controllerPort: 9093,
    voters: nodes.map((id) => ({ nodeId: id, host: `m${id}`, port: 9093 })),
    dataDirectory: '',
    settings: defaultNodeSettings,
  };
}

function cluster(seed: string): World {
  const world = new World({ seed });
  const observe = (seen: Observation): void => {
    if (seen.kind === 'request-failed') world.fail(seen.error);
  };
  for (const id of nodes) world.addMachine(`m${id}`).start(kafkaNode(config(id), observe));
  return world;
}

/** One client that creates the topic, writes numbered values round by key and reads them back. */
class Traffic {
  readonly world: World;
  readonly acknowledged = new Map<number, number>();
  readonly outcomes: string[] = [];
  readonly read: number[][] = Array.from({ length: partitionCount }, () => []);
  ready = false;
  sent = 0;
  #producer: Producer | null = null;

  constructor(world: World) {
    this.world = world;
    world.addMachine('client').start((host) => {
      const bootstrap = nodes.map((id) => ({ host: `m${id}`, port: 9092 }));
      const client = new KafkaClient({ host, clientId: 'traffic', bootstrap });
      const configs = { 'min.insync.replicas': '2' };
      client
        .admin()
        .createTopics([{ name: 't', partitions: partitionCount, replicationFactor: 3, configs }])
        .then(() => this.#begin(client));
      return { stop: () => host.exit(0, 'done') };
    });
  }

  #begin(client: KafkaClient): void {
    this.ready = true;
    this.#producer = client.producer();
    const consumer = client.consumer({
      onRecords: (_topic, partition, records) => {
        for (const { value } of records) {
          this.read[partition]?.push(Number(new TextDecoder().decode(value ?? undefined)));
        }
      },
    });
    const from = 'earliest';
    consumer.assign(this.read.map((_, partition) => ({ topic: 't', partition, from })));
  }

  send(): void {
    const value = this.sent++;
    const bytes = new TextEncoder().encode(String(value));
    const partition = value % partitionCount;
    this.#producer?.send({ topic: 't', partition, value: bytes }, (error, receipt) => {
      this.outcomes.push(error === null ? 'ok' : error.outcome);
      if (receipt !== null) this.acknowledged.set(value, receipt.offset);
    });
  }

  /** 50 records a second. */
  async run(seconds: number): Promise<void> {
    for (let i = 0; i < seconds * 50; i++) {
      this.send();
      await this.pass(0.02);
    }
  }

  async pass(seconds: number): Promise<void> {
    await this.world.runUntil(this.world.now + secondsToMicros(seconds));
    if (this.world.failure !== null) throw this.world.failure;
  }

  async untilReady(): Promise<void> {
    for (let i = 0; i < 60 && !this.ready; i++) await this.pass(1);
    expect(this.ready).toBe(true);
  }
}

describe('a client of a real three-node cluster', () => {
  it('writes and reads every record once and in order', async () => {
    const traffic = new Traffic(cluster('plain'));
    await traffic.untilReady();
    await traffic.run(4);
    await traffic.pass(5);
    expect(traffic.acknowledged.size).toBe(traffic.sent);
    for (const [partition, values] of traffic.read.entries()) {
      const expected = Array.from({ length: traffic.sent }, (_, at) => at);
      expect(values).toEqual(expected.filter((value) => value % partitionCount === partition));
    }
  });

  it.each(['m1', 'm2', 'm3'])('does so while %s crashes and comes back', async (victim) => {
    const traffic = new Traffic(cluster(`crash ${victim}`));
    await traffic.untilReady();
    await traffic.run(2);
    traffic.world.machine(victim).crash();
    await traffic.run(4);
    traffic.world.machine(victim).restart();
    await traffic.run(2);
    await traffic.pass(60);
    expect(traffic.outcomes.filter((each) => each !== 'ok')).toEqual([]);
    expect(traffic.acknowledged.size).toBe(traffic.sent);
    for (const [partition, values] of traffic.read.entries()) {
      const expected = Array.from({ length: traffic.sent }, (_, at) => at);
      expect(values).toEqual(expected.filter((value) => value % partitionCount === partition));
    }
  });
});
