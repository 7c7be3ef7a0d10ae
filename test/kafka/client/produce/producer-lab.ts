import type { Host } from '../../../../src/host/host.ts';
import type { KafkaClient } from '../../../../src/kafka/client/client.ts';
import type { Producer } from '../../../../src/kafka/client/produce/producer.ts';
import type { ProducerOptions } from '../../../../src/kafka/client/produce/producer-types.ts';
import { type ClientRules, clientRules } from '../../../../src/kafka/client/rules.ts';
import { errorName } from '../../../../src/kafka/protocol/errors.ts';
import { FakeCluster } from '../fake-cluster.ts';

/**
 * A producer on a fake cluster with topic `t`; outcomes are noted as short texts, in order of
 * `send`.
 */
export class ProducerLab {
  readonly cluster: FakeCluster;
  readonly outcomes: string[] = [];
  readonly partitions: number[] = [];
  #producer: Producer | null = null;
  #sends = 0;

  private constructor(cluster: FakeCluster) {
    this.cluster = cluster;
  }

  static async open(
    options: ProducerOptions,
    {
      partitions = 1,
      nodes = 1,
      rules = clientRules,
    }: { partitions?: number; nodes?: number; rules?: ClientRules } = {},
  ): Promise<ProducerLab> {
    const lab = new ProducerLab(new FakeCluster(nodes));
    lab.cluster.addTopic('t', partitions);
    const use = (client: KafkaClient, _host: Host): void => {
      lab.#producer = client.producer(options);
    };
    await lab.cluster.client(use, { rules });
    return lab;
  }

  get producer(): Producer {
    if (this.#producer === null) throw new Error('the client has not started');
    return this.#producer;
  }

  send(
    value: string,
    { topic = 't', partition, key }: { topic?: string; partition?: number; key?: string } = {},
  ): void {
    const at = this.#sends++;
    this.outcomes[at] = 'pending';
    const encoder = new TextEncoder();
    this.producer.send(
      {
        topic,
        value: encoder.encode(value),
        key: key === undefined ? null : encoder.encode(key),
        ...(partition === undefined ? {} : { partition }),
      },
      (error, receipt) => {
        if (receipt !== null) {
          this.outcomes[at] = `ok ${receipt.offset}`;
          this.partitions[at] = receipt.partition;
        } else if (error !== null) {
          const code = error.kind !== 'record-too-large' && error.code !== 0;
          const suffix = code ? ` ${errorName(error.code)}` : '';
          this.outcomes[at] = `${error.outcome} ${error.kind}${suffix}`;
        }
      },
    );
  }

  /** Sends one record and waits for it, so that connections, metadata and producer id are there. */
  async warmUp(): Promise<void> {
    this.send('warm', { partition: 0 });
    this.producer.flush(() => {});
    await this.cluster.runFor(100);
    if (this.outcomes[0] !== 'ok 0') throw new Error(`warm-up: ${this.outcomes[0]}`);
  }

  /** Calls the producer and lets a millisecond pass. */
  async use(call: (producer: Producer) => void): Promise<void> {
    call(this.producer);
    await this.cluster.runFor(1);
  }
}
