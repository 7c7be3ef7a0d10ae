/**
 * The settings of a topic on a node as they ought to be: what is set for the topic, else for the
 * broker, else for all brokers, else what the node's own file says. Worked out from the table of
 * settings and not by the broker's code.
 */
import type { NodeId } from '../../../base/ids.ts';
import type { TopicSettings } from '../../../kafka/config.ts';
import type { MetadataImage } from '../../../kafka/metadata/image.ts';
import {
  smallSegments,
  type TopicConfig,
  topicConfigs,
} from '../../../kafka/metadata/topic-configs.ts';

export interface WrongSetting {
  readonly setting: string;
  readonly used: string;
  readonly committed: string;
}

/** The first setting in which `used` is not what was committed; null where there is none. */
export function wrongSetting(
  used: TopicSettings,
  image: MetadataImage,
  topic: string,
  node: NodeId,
  ofNode: TopicSettings,
): WrongSetting | null {
  const hasSmall = image.topicConfigs.get(topic)?.has(smallSegments) === true;
  for (const config of topicConfigs) {
    const { name, setting } = config;
    if (setting === null || (hasSmall && name === 'segment.bytes')) continue;
    const set = committedValue(config, image, topic, node);
    if (set === undefined && name === smallSegments) continue;
    const committed = set === undefined ? plain(String(ofNode[setting])) : plain(set);
    const has = plain(String(used[setting]));
    if (has !== committed) return { setting: name, used: has, committed };
  }
  return null;
}

function committedValue(
  { name, broker }: TopicConfig,
  { topicConfigs: topics, brokerConfigs: brokers }: MetadataImage,
  topic: string,
  node: NodeId,
): string | undefined {
  const own = topics.get(topic)?.get(name);
  if (own !== undefined || broker === null) return own;
  return brokers.get(String(node))?.get(broker) ?? brokers.get('')?.get(broker);
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
