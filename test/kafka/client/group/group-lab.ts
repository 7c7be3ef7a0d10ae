/** Consumers of one group on fake brokers, each read by an application that notes what it gets. */
import type { KafkaClient } from '../../../../src/kafka/client/client.ts';
import type { ConsumedRecord } from '../../../../src/kafka/client/consume/consumer-types.ts';
import type { GroupConsumer } from '../../../../src/kafka/client/group/group-consumer.ts';
import type { GroupConsumerOptions } from '../../../../src/kafka/client/group/group-types.ts';
import { clientRules } from '../../../../src/kafka/client/rules.ts';
import type { ClientOptions } from '../../../../src/kafka/client/settings.ts';
import { buildBatch } from '../../../../src/kafka/records/builder.ts';
import { FakeCluster } from '../fake-cluster.ts';
import { FakeGroup } from './fake-group.ts';
import { textOf } from './scripted-world.ts';

/** `t0@3` is the record at offset 3 of partition 0 of topic t. */
export const nameOf = ({ topic, partition, offset }: ConsumedRecord): string =>
  `${topic}${partition}@${offset}`;

export class App {
  readonly consumer: GroupConsumer;
  readonly read: string[] = [];
  /** What the group told it, with times in whole seconds left out. */
  readonly told: string[] = [];
  readonly errors: string[] = [];
  #reads = true;

  constructor(client: KafkaClient, options: Partial<GroupConsumerOptions>) {
    this.consumer = client.groupConsumer({
      groupId: 'g',
      autoOffsetReset: 'earliest',
      assignors: ['cooperative-sticky'],
      heartbeatIntervalMs: 1000,
      onAssigned: (partitions) => {
        this.told.push(`assigned ${textOf(partitions)}`);
      },
      onRevoked: (partitions) => {
        this.told.push(`revoked ${textOf(partitions)}`);
      },
      onLost: (partitions) => {
        this.told.push(`lost ${textOf(partitions)}`);
      },
      onError: (error) => this.errors.push(error.kind),
      ...options,
    });
  }

  /** Reads whatever comes, from now on. */
  run(maxRecords?: number): void {
    if (!this.#reads) return;
    this.consumer.waitForRecords(() => {
      if (!this.#reads) return;
      this.poll(maxRecords);
      this.run(maxRecords);
    });
  }

  poll(maxRecords?: number): string[] {
    const records = this.consumer.poll(maxRecords).map(nameOf);
    this.read.push(...records);
    return records;
  }

  close(timeoutMs?: number): Promise<void> {
    this.#reads = false;
    return this.consumer.close(timeoutMs === undefined ? {} : { timeoutMs });
  }
}

export class GroupLab {
  readonly cluster: FakeCluster;
  readonly group: FakeGroup;
  #clients = 0;

  constructor(partitions = 2, nodes = 1) {
    this.cluster = new FakeCluster(nodes);
    this.cluster.addTopic('t', partitions);
    this.group = new FakeGroup(this.cluster);
  }

  write(partition: number, count: number, topic = 't'): void {
    for (let i = 0; i < count; i++) {
      const value = new TextEncoder().encode(String(i));
      const records = [{ timestamp: 1, key: null, value, headers: [] }];
      const { log, epoch } = this.cluster.partition(topic, partition);
      log.append(buildBatch({ records }), epoch);
    }
    this.cluster.appended();
  }

  /** An application whose consumer has subscribed to `t`, on a machine of its own. */
  async app(
    options: Partial<GroupConsumerOptions> = {},
    rules: Partial<typeof clientRules> = {},
    clientOptions: Partial<ClientOptions> = {},
  ): Promise<App> {
    let app: App | null = null;
    const name = `app${this.#clients++}`;
    const more = { clientId: name, rules: { ...clientRules, ...rules }, ...clientOptions };
    await this.cluster.client(
      (client) => {
        app = new App(client, options);
        app.consumer.subscribe(['t']);
      },
      more,
      name,
    );
    if (app === null) throw new Error('the client has not started');
    return app;
  }

  pass(seconds: number): Promise<void> {
    return this.cluster.runFor(seconds * 1000);
  }
}
