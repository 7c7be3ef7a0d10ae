/**
 * The settings of a topic on a node as they ought to be: what is set for the topic, else for the
 * broker, else for all brokers, else what the node's own file says. Worked out from the table of
 * settings and not by the broker's code.
 */
import type { NodeId, Uuid } from '../../../base/ids.ts';
import type { TopicSettings } from '../../../kafka/config.ts';
import { configResource } from '../../../kafka/metadata/config-def.ts';
import type { MetadataRecord } from '../../../kafka/metadata/records.ts';
import {
  smallSegments,
  type TopicConfig,
  topicConfigs,
} from '../../../kafka/metadata/topic-configs.ts';

/** Set values by name, of each resource that the log speaks of. */
export class CommittedValues {
  readonly #byResource = new Map<string, Map<string, string>>();
  readonly #topics = new Map<Uuid, string>();

  apply(record: MetadataRecord): void {
    if (record.type === 'topic') this.#topics.set(record.body.topicId, record.body.name);
    else if (record.type === 'remove-topic') {
      const name = this.#topics.get(record.body.topicId);
      if (name !== undefined) this.of(configResource.topic, name).clear();
    } else if (record.type === 'config') {
      const { resourceType, resourceName, name, value } = record.body;
      const values = this.of(resourceType, resourceName);
      if (value === null) values.delete(name);
      else values.set(name, value);
    }
  }

  of(resourceType: number, resourceName: string): Map<string, string> {
    const resource = `${resourceType} ${resourceName}`;
    let values = this.#byResource.get(resource);
    if (values === undefined) {
      values = new Map();
      this.#byResource.set(resource, values);
    }
    return values;
  }

  /** As an image describes them. */
  lines(): string[] {
    return [...this.#byResource].flatMap(([resource, values]) =>
      Array.from(values, ([name, value]) => `config ${resource} ${name}=${value}`),
    );
  }
}

export interface WrongSetting {
  readonly setting: string;
  readonly used: string;
  readonly committed: string;
}

/** The first setting in which `used` is not what was committed; null where there is none. */
export function wrongSetting(
  used: TopicSettings,
  values: CommittedValues,
  topic: string,
  node: NodeId,
  ofNode: TopicSettings,
): WrongSetting | null {
  const hasSmall = values.of(configResource.topic, topic).has(smallSegments);
  for (const config of topicConfigs) {
    const { name, setting } = config;
    if (setting === null || (hasSmall && name === 'segment.bytes')) continue;
    const set = committedValue(config, values, topic, node);
    if (set === undefined && name === smallSegments) continue;
    const committed = set === undefined ? plain(String(ofNode[setting])) : plain(set);
    const has = plain(String(used[setting]));
    if (has !== committed) return { setting: name, used: has, committed };
  }
  return null;
}

function committedValue(
  { name, broker }: TopicConfig,
  values: CommittedValues,
  topic: string,
  node: NodeId,
): string | undefined {
  const ofTopic = values.of(configResource.topic, topic).get(name);
  if (ofTopic !== undefined || broker === null) return ofTopic;
  const own = values.of(configResource.broker, String(node)).get(broker);
  return own ?? values.of(configResource.broker, '').get(broker);
}

/** Of several spellings of a value one: numbers as far as they are exact, lists in order. */
function plain(value: string): string {
  const text = value.trim().toLowerCase();
  if (/^[+-]?[0-9]+$/.test(text)) return String(Math.min(Number(text), Number.MAX_SAFE_INTEGER));
  return text
    .split(',')
    .map((part) => part.trim())
    .sort()
    .join(',');
}
