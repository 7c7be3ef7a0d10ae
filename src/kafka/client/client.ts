/**
 * A Kafka client: one view of the cluster, shared by the producers, consumers and the admin made
 * from it, each of which has connections of its own. It lives on a Host, so it is the same in
 * simulation and on real sockets. Everything runs in events of that host; nothing polls.
 */

import { Admin } from './admin/admin.ts';
import { GroupAdmin } from './admin/group-admin.ts';
import type { ClientParts } from './client-parts.ts';
import { Consumer } from './consume/consumer.ts';
import type { ConsumerOptions } from './consume/consumer-types.ts';
import { GroupConsumer } from './group/group-consumer.ts';
import type { GroupConsumerOptions } from './group/group-types.ts';
import { ControlPlane } from './metadata/control-plane.ts';
import { MetadataCache } from './metadata/metadata-cache.ts';
import { MetadataUpdater } from './metadata/metadata-updater.ts';
import { Producer } from './produce/producer.ts';
import type { ProducerOptions } from './produce/producer-types.ts';
import { type ClientOptions, resolveSettings } from './settings.ts';

export class KafkaClient {
  readonly #parts: ClientParts;
  readonly #users: { abort(): void }[] = [];

  constructor(options: ClientOptions) {
    const settings = resolveSettings(options);
    const cache = new MetadataCache(settings.rules);
    const control = new ControlPlane(settings, cache);
    const updater = new MetadataUpdater(settings, cache, control);
    this.#parts = { settings, cache, control, updater };
  }

  /** What is known of the cluster at present; it changes only as answers come in. */
  get metadata(): MetadataCache {
    return this.#parts.cache;
  }

  producer(options: ProducerOptions = {}): Producer {
    const producer = new Producer(this.#parts, options);
    this.#users.push(producer);
    return producer;
  }

  consumer(options: ConsumerOptions = {}): Consumer {
    const consumer = new Consumer(this.#parts, options);
    this.#users.push(consumer);
    return consumer;
  }

  groupConsumer(options: GroupConsumerOptions): GroupConsumer {
    const consumer = new GroupConsumer(this.#parts, options);
    this.#users.push(consumer);
    return consumer;
  }

  admin(): Admin {
    return new Admin(this.#parts);
  }

  groupAdmin(): GroupAdmin {
    return new GroupAdmin(this.#parts);
  }

  /** Ends all at once; to deliver what producers hold, close those before. */
  close(): void {
    for (const user of this.#users) user.abort();
    this.#parts.updater.close();
    this.#parts.control.close();
  }
}
