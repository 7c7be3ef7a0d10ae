/**
 * Topics that come about because a client asks for their metadata (auto.create.topics.enable). The
 * request to the controller goes out beside the answer, which says UNKNOWN_TOPIC_OR_PARTITION; the
 * client asks again and finds the topic. One request is under way for a name at a time.
 */
import type { Micros } from '../../base/ids.ts';
import { microsToMs } from '../../base/time.ts';
import type { Host } from '../../host/host.ts';
import { createTopicsApi } from '../protocol/apis/19-create-topics.ts';
import { errorCode, errorName } from '../protocol/errors.ts';
import type { ControllerChannel } from './controller-channel.ts';

/** Names under way at once; what is asked for beyond is not created, and asked for again. */
const maxUnderWay = 10_000;

export class AutoCreation {
  readonly #host: Host;
  readonly #channel: ControllerChannel;
  readonly #expiresInUs: Micros;
  readonly #underWay = new Set<string>();

  constructor(host: Host, channel: ControllerChannel, expiresInUs: Micros) {
    this.#host = host;
    this.#channel = channel;
    this.#expiresInUs = expiresInUs;
  }

  /** Names that a topic may have and that none has, each once. */
  create(names: readonly string[]): void {
    const room = maxUnderWay - this.#underWay.size;
    const fresh = names.filter((name) => !this.#underWay.has(name)).slice(0, room);
    if (fresh.length === 0) return;
    for (const name of fresh) this.#underWay.add(name);
    const topics = fresh.map((name) => ({
      name,
      numPartitions: -1,
      replicationFactor: -1,
      assignments: [],
      configs: [],
    }));
    const body = { topics, timeoutMs: microsToMs(this.#expiresInUs), validateOnly: false };
    this.#channel.send(createTopicsApi, 7, body, this.#expiresInUs, (response) => {
      for (const name of fresh) this.#underWay.delete(name);
      for (const { name, errorCode: code, errorMessage } of response?.topics ?? []) {
        if (code === errorCode.none || code === errorCode.topicAlreadyExists) continue;
        const why = errorMessage ?? errorName(code);
        this.#host.log('info', `topic ${name} was not created for a client: ${why}`);
      }
    });
  }
}
