/**
 * What DescribeConfigs answers about a topic: every setting with its value and where that comes
 * from.
 */
import { defaultTopicSettings, type NodeSettings } from '../config.ts';
import type { ConfigOverrides, MetadataImage } from './image.ts';
import { configSource, configText, settingsOf, topicConfigs } from './topic-configs.ts';

export interface TopicConfigEntry {
  /** Kafka's dotted name. */
  readonly name: string;
  readonly value: string;
  readonly readOnly: boolean;
  readonly isSensitive: boolean;
  /** One of `configSource`. */
  readonly configSource: number;
  /** One of `configType`. */
  readonly configType: number;
}

/** Sorted by name. A topic that does not exist has the defaults. */
export function describeTopicConfigs(
  image: MetadataImage,
  topic: string,
  node: NodeSettings,
): TopicConfigEntry[] {
  return describeConfigSet(image.topicConfigs.get(topic) ?? new Map(), node);
}

/** The same for a topic with these values set. */
export function describeConfigSet(
  overrides: ConfigOverrides,
  node: NodeSettings,
): TopicConfigEntry[] {
  const settings = settingsOf(overrides, node.topicDefaults);
  return topicConfigs.map(({ name, setting, type }) => {
    const isDefault = node.topicDefaults[setting] === defaultTopicSettings[setting];
    return {
      name,
      value: configText(settings[setting]),
      readOnly: false,
      isSensitive: false,
      configSource: overrides.has(name)
        ? configSource.topic
        : isDefault
          ? configSource.default
          : configSource.staticBroker,
      configType: type,
    };
  });
}
