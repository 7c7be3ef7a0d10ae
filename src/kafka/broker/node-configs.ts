/**
 * What DescribeConfigs tells of a node: who it is, its settings, and what topics get from it by
 * default.
 */
import {
  defaultNodeSettings,
  defaultTopicSettings,
  type NodeConfig,
  type TopicSettings,
} from '../config.ts';
import { configSource, configText, configType } from '../metadata/topic-configs.ts';

export interface ConfigEntry {
  readonly name: string;
  readonly value: string;
  readonly readOnly: boolean;
  readonly isSensitive: boolean;
  readonly configSource: number;
  readonly configType: number;
}

/** Topic settings whose default has another name on a broker than dots instead of capitals. */
const brokerNames: { readonly [S in keyof TopicSettings]?: string } = {
  maxMessageBytes: 'message.max.bytes',
  segmentBytes: 'log.segment.bytes',
  segmentMs: 'log.roll.ms',
  segmentIndexBytes: 'log.index.size.max.bytes',
  indexIntervalBytes: 'log.index.interval.bytes',
  retentionMs: 'log.retention.ms',
  retentionBytes: 'log.retention.bytes',
  flushMessages: 'log.flush.interval.messages',
  flushMs: 'log.flush.interval.ms',
  messageTimestampType: 'log.message.timestamp.type',
  messageTimestampAfterMaxMs: 'log.message.timestamp.after.max.ms',
  cleanupPolicy: 'log.cleanup.policy',
};

type Value = string | number | boolean;

/** Sorted by name. */
export function nodeConfigEntries(config: NodeConfig): ConfigEntry[] {
  const { topicDefaults, ...settings } = config.settings;
  const { topicDefaults: _, ...defaults } = defaultNodeSettings;
  const entries: ConfigEntry[] = [
    entry('node.id', config.nodeId, null),
    entry('broker.rack', config.rack ?? '', ''),
    entry('log.dirs', config.dataDirectory, null),
    ...entriesOf(settings, defaults, dotted),
    ...entriesOf(topicDefaults, defaultTopicSettings, (key) => brokerNames[key] ?? dotted(key)),
  ];
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function entriesOf<T extends { readonly [K in keyof T]: Value }>(
  values: T,
  defaults: T,
  nameOf: (key: Extract<keyof T, string>) => string,
): ConfigEntry[] {
  const entries: ConfigEntry[] = [];
  for (const key in values) entries.push(entry(nameOf(key), values[key], defaults[key]));
  return entries;
}

const entry = (name: string, value: Value, otherwise: Value | null): ConfigEntry => ({
  name,
  value: typeof value === 'string' ? value : configText(value),
  readOnly: true,
  isSensitive: false,
  configSource: value === otherwise ? configSource.default : configSource.staticBroker,
  configType:
    typeof value === 'boolean'
      ? configType.boolean
      : typeof value === 'number'
        ? configType.long
        : configType.string,
});

/** `replicaLagTimeMaxMs` is Kafka's `replica.lag.time.max.ms`. */
const dotted = (key: string): string =>
  key.replace(/[A-Z]/g, (letter) => `.${letter.toLowerCase()}`);
