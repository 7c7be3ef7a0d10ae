/**
 * zod schemas of node and topic settings, derived from the defaults so that the two cannot drift
 * apart.
 */
import * as z from 'zod';
import {
  defaultNodeSettings,
  defaultTopicSettings,
  type NodeSettings,
  type TopicSettings,
} from '../../kafka/config.ts';

type Optional<Settings> = {
  [Name in keyof Settings]: z.ZodOptional<z.ZodType<Settings[Name], Settings[Name]>>;
};

/** Optional fields of the same names and types as those of `defaults`, which are plain values. */
function optionalLike<Settings extends object>(defaults: Settings): Optional<Settings> {
  const fields: Record<string, z.ZodType> = {};
  for (const [name, value] of Object.entries(defaults)) fields[name] = schemaLike(value).optional();
  return fields as Optional<Settings>;
}

function schemaLike(value: unknown): z.ZodType {
  if (typeof value === 'number') return z.number();
  return typeof value === 'boolean' ? z.boolean() : z.string();
}

const { topicDefaults: _, ...nodeDefaults } = defaultNodeSettings;

/** Overrides of NodeSettings; unknown names and wrong types are errors that name the field. */
export const settingsSchema = z.strictObject({
  ...optionalLike(nodeDefaults),
  topicDefaults: z.strictObject(optionalLike<TopicSettings>(defaultTopicSettings)).optional(),
});

export type SettingsOverrides = z.output<typeof settingsSchema>;

/** In a trial no topic comes about by a client's naming it, unless the scenario asks for that. */
const trialDefaults: NodeSettings = { ...defaultNodeSettings, autoCreateTopicsEnable: false };

export function nodeSettings({ topicDefaults, ...rest }: SettingsOverrides): NodeSettings {
  return {
    ...trialDefaults,
    ...given(rest),
    topicDefaults: { ...defaultTopicSettings, ...given(topicDefaults ?? {}) },
  };
}

/** The entries that have a value. */
function given<T extends object>(overrides: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(overrides).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
