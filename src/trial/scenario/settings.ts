/** zod schemas of node and topic settings, derived from the defaults so that the two cannot drift apart. */
import * as z from 'zod';
import {
  defaultNodeSettings,
  defaultTopicSettings,
  type NodeSettings,
  type TopicSettings,
} from '../../kafka/config.ts';

type Setting = string | number | boolean;

function schemaLike(value: Setting): z.ZodType<Setting> {
  if (typeof value === 'number') return z.number();
  return typeof value === 'boolean' ? z.boolean() : z.string();
}

/** Optional fields of the same names and types as those of `defaults` that are plain values. */
function partialLike(defaults: object): Record<string, z.ZodOptional<z.ZodType<Setting>>> {
  const fields: Record<string, z.ZodOptional<z.ZodType<Setting>>> = {};
  for (const [name, value] of Object.entries(defaults)) {
    if (typeof value !== 'object') fields[name] = schemaLike(value as Setting).optional();
  }
  return fields;
}

const topicSettingsSchema = z.strictObject(partialLike(defaultTopicSettings));

/** Overrides of NodeSettings; unknown names and wrong types are errors that name the field. */
export const settingsSchema = z
  .strictObject({
    ...partialLike(defaultNodeSettings),
    topicDefaults: topicSettingsSchema.optional(),
  })
  .default({});

export type SettingsOverrides = Partial<Omit<NodeSettings, 'topicDefaults'>> & {
  readonly topicDefaults?: Partial<TopicSettings>;
};

export function nodeSettings(overrides: SettingsOverrides): NodeSettings {
  const { topicDefaults, ...rest } = overrides;
  return {
    ...defaultNodeSettings,
    ...rest,
    topicDefaults: { ...defaultTopicSettings, ...topicDefaults },
  };
}
