/**
 * What DescribeConfigs answers: settings with their values, where these come from, and what stands
 * behind them (synonyms): a topic's own value, its broker's, what all brokers share, what the node
 * was started with, Kafka's default. The first there is counts.
 */
import { defaultTopicSettings, type NodeSettings } from '../config.ts';
import {
  type BrokerConfig,
  brokerConfig,
  brokerConfigs,
  type StartedNode,
} from './broker-configs.ts';
import { type ConfigDef, canonical, configResource, configSource } from './config-def.ts';
import { clientMetricsConfigs, groupConfigs } from './group-configs.ts';
import type { ConfigOverrides, MetadataImage } from './image.ts';
import { type TopicConfig, topicConfigs } from './topic-configs.ts';
import { settingText } from './topic-settings.ts';

export interface Synonym {
  readonly name: string;
  readonly value: string | null;
  /** One of `configSource`. */
  readonly source: number;
}

export interface ConfigEntry {
  /** Kafka's dotted name. */
  readonly name: string;
  readonly value: string | null;
  readonly readOnly: boolean;
  readonly isSensitive: boolean;
  readonly configSource: number;
  /** One of `configType`. */
  readonly configType: number;
  readonly synonyms: readonly Synonym[];
  readonly documentation: string;
}

/** Sorted by name. A topic that does not exist has the defaults. */
export const describeTopicConfigs = (
  image: MetadataImage,
  topic: string,
  node: StartedNode,
): ConfigEntry[] =>
  describeTopicValues(image, image.overridesOf(configResource.topic, topic), node);

/** The same for a topic with these values set. */
export function describeTopicValues(
  image: MetadataImage,
  overrides: ConfigOverrides,
  node: StartedNode,
): ConfigEntry[] {
  const entries: ConfigEntry[] = [];
  for (const config of topicConfigs) {
    const own = overrides.get(config.name);
    if (own === undefined && config.fallback === null) continue;
    const broker = config.broker === null ? undefined : brokerConfig(config.broker);
    const synonyms = broker === undefined ? [] : brokerSynonyms(image, broker, node, true);
    if (own !== undefined) {
      const value = canonical(config, own);
      synonyms.unshift({ name: config.name, value, source: configSource.topic });
    }
    entries.push(entryOf(config, synonyms, startedValue(config, node), false));
  }
  return entries;
}

/** What a topic gets that nobody has set anything for. */
function startedValue({ setting, fallback }: TopicConfig, node: StartedNode): string | null {
  if (setting === null) return fallback;
  const { topicDefaults } = node.settings;
  const isGiven = topicDefaults[setting] !== defaultTopicSettings[setting];
  return isGiven ? settingText(topicDefaults[setting]) : fallback;
}

/** Everything about this node, sorted by name. */
export const describeBroker = (image: MetadataImage, node: StartedNode): ConfigEntry[] =>
  brokerConfigs.map((config) => {
    const synonyms = brokerSynonyms(image, config, node, true);
    return entryOf(config, synonyms, config.started(node), !config.dynamic);
  });

/** What is set for all brokers, sorted by name. */
export function describeAllBrokers(image: MetadataImage, node: StartedNode): ConfigEntry[] {
  const shared = image.overridesOf(configResource.broker, '');
  return brokerConfigs
    .filter(({ name }) => shared.has(name))
    .map((config) => {
      const synonyms = brokerSynonyms(image, config, node, false);
      return entryOf(config, synonyms, null, !config.dynamic);
    });
}

function brokerSynonyms(
  image: MetadataImage,
  config: BrokerConfig,
  node: StartedNode,
  whole: boolean,
): Synonym[] {
  const { name, fallback } = config;
  const synonyms: Synonym[] = [];
  const add = (value: string | null | undefined, source: number): void => {
    if (value !== undefined && value !== null) synonyms.push({ name, value, source });
  };
  const setIn = (resource: string): string | undefined => {
    const text = image.overridesOf(configResource.broker, resource).get(name);
    return text === undefined ? undefined : canonical(config, text);
  };
  if (whole) add(setIn(String(node.nodeId)), configSource.dynamicBroker);
  add(setIn(''), configSource.dynamicDefault);
  if (!whole) return synonyms;
  const started = config.started(node);
  if (started !== fallback) add(started, configSource.staticBroker);
  add(fallback, configSource.default);
  const { otherwise } = config;
  if (synonyms.length > 0 && otherwise !== undefined) {
    synonyms.push({ ...otherwise, source: configSource.default });
  }
  return synonyms;
}

function entryOf(
  config: ConfigDef,
  synonyms: readonly Synonym[],
  otherwise: string | null,
  readOnly: boolean,
): ConfigEntry {
  const [first] = synonyms;
  return {
    name: config.name,
    value: first === undefined ? otherwise : first.value,
    readOnly,
    isSensitive: false,
    configSource: first === undefined ? configSource.default : first.source,
    configType: config.kind.type,
    synonyms,
    documentation: config.about,
  };
}

/** What is not set for a consumer group is as the broker has it for all. */
export function describeGroup(
  image: MetadataImage,
  group: string,
  settings: NodeSettings,
): ConfigEntry[] {
  const defs = groupConfigs.map((def) => {
    const brokers = brokersOf.get(def.name);
    return brokers === undefined ? def : { ...def, fallback: String(settings[brokers]) };
  });
  return ownOrDefault(defs, image.overridesOf(configResource.group, group), configSource.group);
}

const brokersOf: ReadonlyMap<string, keyof NodeSettings> = new Map([
  ['consumer.heartbeat.interval.ms', 'groupConsumerHeartbeatIntervalMs'],
  ['consumer.session.timeout.ms', 'groupConsumerSessionTimeoutMs'],
]);

/** Kafka tells no synonyms of defaults here. */
export const describeClientMetrics = (image: MetadataImage, name: string): ConfigEntry[] =>
  ownOrDefault(
    clientMetricsConfigs,
    image.overridesOf(configResource.clientMetrics, name),
    configSource.clientMetrics,
  ).map((entry) =>
    entry.configSource === configSource.default ? { ...entry, synonyms: [] } : entry,
  );

function ownOrDefault(
  defs: readonly ConfigDef[],
  overrides: ConfigOverrides,
  ownSource: number,
): ConfigEntry[] {
  return defs.map((def) => {
    const own = overrides.get(def.name);
    const value = own === undefined ? def.fallback : canonical(def, own);
    const source = own === undefined ? configSource.default : ownSource;
    return entryOf(def, [{ name: def.name, value, source }], null, false);
  });
}
