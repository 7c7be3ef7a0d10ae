/**
 * What altered settings do to partitions, in the same batch. Two reach into them:
 * `min.insync.replicas`, below which replicas stay eligible to lead (an ELR from before would lie
 * once the leader commits with fewer), and `unclean.leader.election.enable`, which can give a
 * leaderless partition one. What is set for all brokers reaches every topic without a value of its
 * own.
 */
import { configResource } from '../metadata/config-def.ts';
import { type ConfigOverrides, topicDefaultsFrom } from '../metadata/image.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import { settingsOf } from '../metadata/topic-settings.ts';
import type { DecisionContext } from './decision.ts';
import { changePartition, mayLeadIn } from './elect.ts';

const reaching: ReadonlySet<string> = new Set([
  'min.insync.replicas',
  'unclean.leader.election.enable',
]);

export function effectOf(
  context: DecisionContext,
  records: readonly MetadataRecord[],
): MetadataRecord[] {
  const { image, settings } = context;
  const after = new Map<string, Map<string, string>>();
  const shared = new Map(image.overridesOf(configResource.broker, ''));
  let all = false;
  for (const record of records) {
    if (record.type !== 'config' || !reaching.has(record.body.name)) continue;
    const { resourceType, resourceName, name, value } = record.body;
    if (resourceType === configResource.broker && resourceName === '') {
      all = true;
      put(shared, name, value);
    } else if (resourceType === configResource.topic) {
      const overrides = after.get(resourceName) ?? new Map(image.topicConfigs.get(resourceName));
      put(overrides, name, value);
      after.set(resourceName, overrides);
    }
  }
  const defaults = topicDefaultsFrom(shared, settings);
  const changes: MetadataRecord[] = [];
  for (const name of all ? image.topicsByName.keys() : after.keys()) {
    const overrides: ConfigOverrides | undefined = after.get(name) ?? image.topicConfigs.get(name);
    const next = overrides === undefined ? defaults : settingsOf(overrides, defaults);
    for (const partition of image.topicsByName.get(name)?.partitions ?? []) {
      const change = { mayLead: mayLeadIn(context), settings: next };
      const record = changePartition(context, partition, change);
      if (record !== null) changes.push(record);
    }
  }
  return changes;
}

function put(overrides: Map<string, string>, name: string, value: string | null): void {
  if (value === null) overrides.delete(name);
  else overrides.set(name, value);
}
