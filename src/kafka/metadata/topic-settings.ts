/**
 * How values that are set become the settings that logs and partitions work by. Kafka's 64-bit
 * maximum stands for "unlimited" and is kept there as the largest safe integer.
 */
import type { TopicSettings } from '../config.ts';
import {
  smallSegments,
  type TopicConfig,
  topicConfig,
  topicConfigs,
  unlimited,
} from './topic-configs.ts';

const configByBrokerName: ReadonlyMap<string, TopicConfig> = new Map(
  topicConfigs.flatMap((config) => (config.broker === null ? [] : [[config.broker, config]])),
);

/**
 * Settings where set values go before `defaults`. Bounds are not looked at again: a value that an
 * older version let into the log keeps its meaning.
 */
export function settingsOf(
  overrides: ReadonlyMap<string, string>,
  defaults: TopicSettings,
): TopicSettings {
  const settings: Partial<Record<keyof TopicSettings, unknown>> = { ...defaults };
  const set = (name: string, text: string): void => {
    const setting = topicConfig(name)?.setting ?? null;
    if (setting === null) return;
    const value = settingValue(setting, text.trim());
    if (value !== null) settings[setting] = value;
  };
  for (const [name, text] of overrides) set(name, text);
  const small = overrides.get(smallSegments);
  if (small !== undefined) set(smallSegments, small);
  return settings as TopicSettings;
}

function settingValue(
  setting: keyof TopicSettings,
  text: string,
): string | number | boolean | null {
  if (setting === 'cleanupPolicy') return cleanupPolicy(text);
  if (setting === 'messageTimestampType' || setting === 'compressionType') return text;
  if (setting === 'uncleanLeaderElectionEnable') return text.toLowerCase() === 'true';
  if (!/^[+-]?[0-9]{1,19}$/.test(text)) return null;
  const value = BigInt(text.replace('+', ''));
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) return Number.MAX_SAFE_INTEGER;
  if (value < BigInt(Number.MIN_SAFE_INTEGER)) return Number.MIN_SAFE_INTEGER;
  return Number(value);
}

function cleanupPolicy(text: string): TopicSettings['cleanupPolicy'] {
  const parts = text.split(',').map((part) => part.trim());
  const compacts = parts.includes('compact');
  if (parts.includes('delete')) return compacts ? 'compact,delete' : 'delete';
  return compacts ? 'compact' : '';
}

/** What a broker's settings say of topics, by the topics' names (`log.retention.ms`). */
export function topicValues(broker: ReadonlyMap<string, string>): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of broker) {
    const config = configByBrokerName.get(name);
    if (config !== undefined) values.set(config.name, value);
  }
  return values;
}

/** A value of the settings in its one form. */
export const settingText = (value: TopicSettings[keyof TopicSettings]): string =>
  value === Number.MAX_SAFE_INTEGER ? unlimited : String(value);
