/** A cluster with a writer and a group of readers; what each reader believes to own is checked. */
import { expect } from 'vitest';
import { secondsToMicros } from '../../../../src/base/time.ts';
import type { GroupAdmin } from '../../../../src/kafka/client/admin/group-admin.ts';
import { KafkaClient } from '../../../../src/kafka/client/client.ts';
import type { GroupConsumer } from '../../../../src/kafka/client/group/group-consumer.ts';
import type { GroupConsumerOptions } from '../../../../src/kafka/client/group/group-types.ts';
import { keyOf } from '../../../../src/kafka/client/group/topic-partition.ts';
import type { Producer } from '../../../../src/kafka/client/produce/producer.ts';
import { type ClientRules, clientRules } from '../../../../src/kafka/client/rules.ts';
import type { GroupCluster } from '../../group/cluster.ts';

export const topic = 'orders';
const partitions = 4;

export class Traffic {
  readonly cluster: GroupCluster;
  readonly written = new Set<string>();
  readonly read = new Map<string, number>();
  readonly consumers = new Map<string, GroupConsumer>();
  /** Partition to the reader that believes to own it. */
  readonly owners = new Map<string, string>();
  readonly clashes: string[] = [];
  /**
   * A coordinator that was cut off answers from memory until it hears that it is one no more, in
   * Kafka as here: while it may, a member can believe it in good faith.
   */
  #oneCoordinatorFromUs = 0;
  /** What stands still believes nothing. */
  readonly paused = new Set<string>();
  readonly lost: string[] = [];
  /** What the group told whom, and when. */
  readonly told: string[] = [];
  /** Closes that have not come to their end, of processes that live. */
  readonly closing = new Set<string>();
  admin: GroupAdmin | null = null;
  #producer: Producer | null = null;
  #sent = 0;

  readonly #rules: ClientRules;

  constructor(cluster: GroupCluster, wrongRules: Partial<ClientRules> = {}) {
    this.cluster = cluster;
    this.#rules = { ...clientRules, ...wrongRules };
    this.#start('writer', (client) => {
      this.#producer = client.producer();
      this.admin = client.groupAdmin();
    });
  }

  get world() {
    return this.cluster.world;
  }

  #start(machine: string, use: (client: KafkaClient) => void): void {
    const bootstrap = this.cluster.brokers.map((id) => ({
      host: this.cluster.machine(id).name,
      port: 9092,
    }));
    this.world.addMachine(machine).start((host) => {
      const rules = this.#rules;
      use(new KafkaClient({ host, clientId: machine, bootstrap, requestTimeoutMs: 5000, rules }));
      return { stop: () => host.exit(0, 'asked to') };
    });
  }

  addConsumer(name: string, options: Partial<GroupConsumerOptions> = {}): void {
    this.#start(name, (client) => {
      const consumer = client.groupConsumer({
        groupId: 'g',
        autoOffsetReset: 'earliest',
        sessionTimeoutMs: 10_000,
        assignors: ['cooperative-sticky'],
        onAssigned: (added) => {
          this.#note(name, 'gets', added.map(keyOf));
          for (const key of added.map(keyOf)) {
            const owner = this.owners.get(key);
            const believes =
              owner !== name && this.consumers.has(owner ?? '') && !this.paused.has(owner ?? '');
            if (believes && this.world.now > this.#oneCoordinatorFromUs)
              this.clashes.push(`${key}: ${owner} and ${name}`);
            this.owners.set(key, name);
          }
        },
        onRevoked: (gone) => {
          this.#note(name, 'gives up', gone.map(keyOf));
          this.#disown(name, gone.map(keyOf));
        },
        onLost: (gone) => {
          this.lost.push(name);
          this.#note(name, 'loses', gone.map(keyOf));
          this.#disown(name, gone.map(keyOf));
        },
        ...options,
      });
      this.consumers.set(name, consumer);
      consumer.subscribe([topic]);
      const loop = (): void =>
        consumer.waitForRecords(() => {
          for (const record of consumer.poll()) {
            const value = new TextDecoder().decode(record.value ?? undefined);
            this.read.set(value, (this.read.get(value) ?? 0) + 1);
          }
          if (this.consumers.has(name)) loop();
        });
      loop();
    });
  }

  #note(name: string, what: string, keys: readonly string[]): void {
    const epoch = this.consumers.get(name)?.member.epoch;
    const seconds = (this.world.now / 1e6).toFixed(3);
    this.told.push(`${seconds} ${name} ${what} ${keys.join(' ')} (${epoch})`);
  }

  /** What a process owned ends with it. */
  #forget(name: string): void {
    this.#disown(name, [...this.owners.keys()]);
  }

  #disown(name: string, keys: readonly string[]): void {
    for (const key of keys) if (this.owners.get(key) === name) this.owners.delete(key);
  }

  crash(name: string): void {
    this.consumers.delete(name);
    this.#forget(name);
    this.world.machine(name).crash();
  }

  /** Closes the consumer; its process goes on without it. */
  close(name: string): void {
    this.closing.add(name);
    this.consumers
      .get(name)
      ?.close()
      .then(() => this.closing.delete(name));
    this.consumers.delete(name);
  }

  /** The same program begins anew, after a crash if it still runs. */
  restart(name: string): void {
    const machine = this.world.machine(name);
    if (machine.state === 'running') machine.crash();
    this.closing.delete(name);
    this.#forget(name);
    machine.restart();
  }

  /** Nothing passes between these and anybody else. */
  cut(name: string, isCut: boolean): void {
    for (const { name: other } of this.world.machines) {
      if (other === name) continue;
      for (const link of [this.#link(name, other), this.#link(other, name)]) {
        if (isCut) link.block();
        else link.unblock();
      }
    }
  }

  #link(from: string, to: string) {
    return this.world.network.link(from, to);
  }

  cutBroker(name: string, isCut: boolean): void {
    this.cut(name, isCut);
    const untilThenUs = this.world.now + secondsToMicros(15);
    this.#oneCoordinatorFromUs = isCut ? Number.POSITIVE_INFINITY : untilThenUs;
  }

  pause(name: string, isPaused: boolean): void {
    if (isPaused) this.paused.add(name);
    else this.paused.delete(name);
    if (isPaused) this.world.machine(name).pause();
    else this.world.machine(name).resume();
  }

  /** 20 records a second. */
  async run(seconds: number): Promise<void> {
    for (let i = 0; i < seconds * 20; i++) {
      const value = String(this.#sent++);
      const partition = this.#sent % partitions;
      const bytes = new TextEncoder().encode(value);
      this.#producer?.send({ topic, partition, value: bytes }, (error) => {
        if (error === null) this.written.add(value);
      });
      await this.pass(0.05);
    }
  }

  async pass(seconds: number): Promise<void> {
    await this.world.runUntil(this.world.now + secondsToMicros(seconds));
    if (this.world.failure !== null) throw this.world.failure;
  }

  expectAllRead(): void {
    const missing = [...this.written].filter((value) => !this.read.has(value));
    expect(missing).toEqual([]);
    expect(this.clashes).toEqual([]);
    const owned = [...this.consumers.values()].flatMap((each) => each.assignment().map(keyOf));
    expect(owned.sort()).toEqual([0, 1, 2, 3].map((partition) => `${topic}:${partition}`));
  }

  get twice(): number {
    return [...this.read.values()].filter((count) => count > 1).length;
  }
}
