/**
 * What a group subscribes to: names, patterns resolved to names, and from those the topics there
 * are, with a hash that changes whenever one of them comes, goes or grows.
 */
import type { Uuid } from '../../../base/ids.ts';
import type { ConsumerContext, KnownTopic, Subscription } from './contract.ts';
import type { Draft, GroupState } from './state.ts';
import { matchingTopics } from './topic-regex.ts';

/** Resolves patterns that are new, or all anew; forgets those that nobody has. */
export function resolvePatterns(
  draft: Draft,
  { topics }: ConsumerContext,
  timestamp: number,
  anew: boolean,
): void {
  const wanted = new Set<string>();
  for (const { regex } of draft.subscriptions.values()) if (regex !== null) wanted.add(regex);
  for (const regex of [...draft.regexes.keys()]) {
    if (!wanted.has(regex)) draft.put({ kind: 'regex', regex, value: null });
  }
  for (const regex of wanted) {
    const known = draft.regexes.get(regex);
    if (known !== undefined && !anew) continue;
    const found = matchingTopics(regex, topics.names());
    const names = typeof found === 'string' ? [] : found;
    if (known !== undefined && known.topics.join() === names.join()) continue;
    const version = (known?.version ?? 0) + 1;
    draft.put({ kind: 'regex', regex, value: { topics: names, version, timestamp } });
  }
}

/** All names that a member is subscribed to. */
export function namesOf(state: GroupState, subscription: Subscription): readonly string[] {
  const { regex, topics } = subscription;
  const matched = regex === null ? undefined : state.regexes.get(regex)?.topics;
  return matched === undefined ? topics : [...new Set([...topics, ...matched])];
}

export function allNames(state: GroupState): ReadonlySet<string> {
  const names = new Set<string>();
  for (const subscription of state.subscriptions.values()) {
    for (const name of namesOf(state, subscription)) names.add(name);
  }
  return names;
}

/** The topics that the group subscribes to and that there are, by id. */
export function knownTopics(
  state: GroupState,
  { topics }: ConsumerContext,
): ReadonlyMap<Uuid, KnownTopic> {
  const known = new Map<Uuid, KnownTopic>();
  for (const name of [...allNames(state)].sort()) {
    const topic = topics.byName(name);
    if (topic !== null) known.set(topic.id, topic);
  }
  return known;
}

/** 0 of no topics. It is of our own making: another kind of broker will only count one epoch on. */
export function metadataHashOf(topics: ReadonlyMap<Uuid, KnownTopic>): number {
  if (topics.size === 0) return 0;
  let high = 0x811c9dc5;
  let low = 0x01000193;
  for (const { id, name, partitionCount } of topics.values()) {
    const text = `${id} ${name} ${partitionCount} `;
    for (let i = 0; i < text.length; i++) {
      high = Math.imul(high ^ text.charCodeAt(i), 0x01000193);
      low = Math.imul(low ^ (high >>> 13) ^ text.charCodeAt(i), 0x85ebca6b);
    }
  }
  return (high >>> 12) * 0x100000000 + (low >>> 0);
}
