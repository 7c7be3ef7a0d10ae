/** What a group's member sees of topics: those of its list, or those that its pattern finds. */
import type { Uuid } from '../../../base/ids.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { ClientParts } from '../client-parts.ts';
import type { TopicSelection } from './member/membership.ts';
import { TopicPattern } from './topic-pattern.ts';

export class TopicView {
  readonly #client: ClientParts;
  /** KIP-848: the coordinator resolves the pattern. */
  readonly #resolvesRemotely: boolean;
  #topics: readonly string[] | null = null;
  #pattern: TopicPattern | null = null;

  constructor(client: ClientParts, resolvesRemotely: boolean) {
    this.#client = client;
    this.#resolvesRemotely = resolvesRemotely;
  }

  select(topics: readonly string[]): void {
    this.#pattern = null;
    this.#topics = [...new Set(topics)].sort();
    for (const topic of topics) this.#client.updater.addTopic(topic);
  }

  selectByPattern(source: string): void {
    this.#pattern = new TopicPattern(source);
    this.#topics = null;
    this.#client.updater.wantAllTopics();
  }

  clear(): void {
    this.#pattern = null;
    this.#topics = null;
  }

  /** Null: nothing is subscribed, or the topics of the pattern are not known yet. */
  selection(): TopicSelection | null {
    const pattern = this.#pattern;
    if (pattern === null) {
      return this.#topics === null ? null : { topics: this.#topics, pattern: null };
    }
    if (this.#resolvesRemotely) return { topics: [], pattern: pattern.source };
    const all = this.#client.cache.allTopics;
    if (all === null) return null;
    return { topics: all.filter((topic) => pattern.matches(topic)), pattern: null };
  }

  partitionCount(topic: string): number | null {
    const { cache, updater } = this.#client;
    if (cache.topicError(topic) === errorCode.unknownTopicOrPartition) return 0;
    const known = cache.topic(topic);
    if (known !== undefined) return known.partitions.length;
    updater.addTopic(topic);
    return null;
  }

  topicName(id: Uuid): string | null {
    const { cache, updater } = this.#client;
    const name = cache.topicNameOf(id);
    if (name !== undefined) return name;
    updater.request();
    return null;
  }
}
