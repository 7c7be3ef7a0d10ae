/**
 * IncrementalAlterConfigs of topics (KIP-339). Two settings reach into partitions, whose changes
 * stand in the same batch: `min.insync.replicas`, below which replicas stay eligible to lead (an
 * ELR from before would lie once the leader commits with fewer), and
 * `unclean.leader.election.enable`, which can give a leaderless partition one.
 */

import type { ConfigOverrides } from '../metadata/image.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import {
  configResource,
  configType,
  settingsOf,
  topicConfigProblem,
  topicConfigType,
} from '../metadata/topic-configs.ts';
import type {
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
} from '../protocol/apis/44-incremental-alter-configs.ts';
import { errorCode } from '../protocol/errors.ts';
import { isRefusal, type Refusal, refusal } from './assignment.ts';
import { type Decision, type DecisionContext, noRecords } from './decision.ts';
import { changePartition, mayLeadIn } from './elect.ts';

type Resource = IncrementalAlterConfigsRequest['resources'][number];

const operation = { set: 0, delete: 1, append: 2, subtract: 3 } as const;

export function alterConfigs(
  context: DecisionContext,
  request: IncrementalAlterConfigsRequest,
): Decision<IncrementalAlterConfigsResponse> {
  const records: MetadataRecord[] = [];
  const responses = request.resources.map((resource) => {
    const { resourceType, resourceName } = resource;
    const outcome = alterTopic(context, resource);
    if (isRefusal(outcome)) {
      return { errorCode: outcome.code, errorMessage: outcome.message, resourceType, resourceName };
    }
    records.push(...outcome.records);
    return { errorCode: errorCode.none, errorMessage: null, resourceType, resourceName };
  });
  return {
    records: request.validateOnly ? noRecords : records,
    response: { throttleTimeMs: 0, responses },
  };
}

function alterTopic(
  context: DecisionContext,
  resource: Resource,
): { readonly records: MetadataRecord[] } | Refusal {
  const { resourceName } = resource;
  if (resource.resourceType !== configResource.topic) {
    return refusal(errorCode.invalidRequest, 'Only settings of topics can be altered.');
  }
  if (!context.image.topicsByName.has(resourceName)) {
    return refusal(
      errorCode.unknownTopicOrPartition,
      `The topic '${resourceName}' does not exist.`,
    );
  }
  const before: ConfigOverrides = context.image.topicConfigs.get(resourceName) ?? new Map();
  const after = new Map(before);
  const records: MetadataRecord[] = [];
  for (const config of resource.configs) {
    const { name } = config;
    const value = alteredValue(context, after, config);
    if (value !== null && typeof value !== 'string') return value;
    if (value === (after.get(name) ?? null)) continue;
    if (value === null) after.delete(name);
    else after.set(name, value);
    records.push({
      type: 'config',
      body: { resourceType: configResource.topic, resourceName, name, value },
    });
  }
  if (records.length > 0) records.push(...partitionChanges(context, resourceName, after));
  return { records };
}

/** The value a setting gets, null where it goes back to its default. */
function alteredValue(
  context: DecisionContext,
  current: ConfigOverrides,
  config: Resource['configs'][number],
): string | null | Refusal {
  const { name, configOperation, value } = config;
  if (configOperation === operation.delete) {
    return topicConfigType(name) === undefined
      ? refusal(errorCode.invalidConfig, `Unknown topic config name: ${name}`)
      : null;
  }
  if (value === null)
    return refusal(errorCode.invalidRequest, `Null value not supported for ${name}`);
  let text = value;
  if (configOperation === operation.append || configOperation === operation.subtract) {
    if (topicConfigType(name) !== configType.list) {
      return refusal(
        errorCode.invalidConfig,
        `Can't append to or subtract from ${name}: it is no list.`,
      );
    }
    // cleanup.policy is the only list there is.
    const list = current.get(name) ?? context.settings.topicDefaults.cleanupPolicy;
    const items = new Set(list.split(','));
    for (const item of value.split(',')) {
      if (configOperation === operation.append) items.add(item);
      else items.delete(item);
    }
    text = [...items].join(',');
  } else if (configOperation !== operation.set) {
    return refusal(errorCode.invalidRequest, `Unknown operation type ${configOperation}`);
  }
  const problem = topicConfigProblem(name, text);
  return problem === null ? text : refusal(errorCode.invalidConfig, problem);
}

function partitionChanges(
  context: DecisionContext,
  topicName: string,
  overrides: ConfigOverrides,
): MetadataRecord[] {
  const settings = settingsOf(overrides, context.settings.topicDefaults);
  const records: MetadataRecord[] = [];
  for (const partition of context.image.topicsByName.get(topicName)?.partitions ?? []) {
    const record = changePartition(context, partition, { mayLead: mayLeadIn(context), settings });
    if (record !== null) records.push(record);
  }
  return records;
}
