/**
 * IncrementalAlterConfigs (KIP-339) and AlterConfigs: what each wants set, one resource after the
 * other, and the records of all that may be. A resource named twice, or with one setting twice, is
 * refused as a whole and changes nothing.
 */
import { configType } from '../metadata/config-def.ts';
import type { ConfigOverrides } from '../metadata/image.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import type {
  AlterConfigsRequest,
  AlterConfigsResponse,
} from '../protocol/apis/33-alter-configs.ts';
import type {
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
} from '../protocol/apis/44-incremental-alter-configs.ts';
import { errorCode } from '../protocol/errors.ts';
import { isRefusal, type Refusal, refusal } from './assignment.ts';
import { effectOf } from './config-effects.ts';
import { type ConfigOwner, ownerOf } from './config-owners.ts';
import {
  type Decision,
  type DecisionContext,
  excessive,
  isExcessive,
  noRecords,
} from './decision.ts';
import { namedTwice } from './duplicates.ts';

interface Resource {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly { readonly name: string; readonly value: string | null }[];
}

/** What a resource is to have set; null takes a setting back. Or why it may not. */
type Wanted<R extends Resource> = (
  resource: R,
  owner: ConfigOwner,
  current: ConfigOverrides,
) => ReadonlyMap<string, string | null> | Refusal;

const operation = { set: 0, delete: 1, append: 2, subtract: 3 } as const;

export const alterConfigs = (
  context: DecisionContext,
  request: IncrementalAlterConfigsRequest,
): Decision<IncrementalAlterConfigsResponse> => alterAll(context, request, operated);

export const replaceConfigs = (
  context: DecisionContext,
  request: AlterConfigsRequest,
): Decision<AlterConfigsResponse> => alterAll(context, request, replaced);

function alterAll<R extends Resource>(
  context: DecisionContext,
  request: { readonly resources: readonly R[]; readonly validateOnly: boolean },
  wanted: Wanted<R>,
): Decision<AlterConfigsResponse> {
  const twice = namedTwice(request.resources.map(keyOf));
  const records: MetadataRecord[] = [];
  const responses = request.resources.map((resource) => {
    const { resourceType, resourceName } = resource;
    const outcome = twice.has(keyOf(resource))
      ? refusal(errorCode.invalidRequest, 'Each resource must appear at most once.')
      : alter(context, resource, wanted);
    if (isRefusal(outcome)) {
      return { errorCode: outcome.code, errorMessage: outcome.message, resourceType, resourceName };
    }
    for (const record of outcome.records) records.push(record);
    return { errorCode: errorCode.none, errorMessage: null, resourceType, resourceName };
  });
  for (const record of effectOf(context, records)) records.push(record);
  if (isExcessive(records)) return refuseAll(request.resources);
  return {
    records: request.validateOnly ? noRecords : records,
    response: { throttleTimeMs: 0, responses },
  };
}

const refuseAll = (resources: readonly Resource[]): Decision<AlterConfigsResponse> => ({
  records: noRecords,
  response: {
    throttleTimeMs: 0,
    responses: resources.map(({ resourceType, resourceName }) => ({
      errorCode: excessive.code,
      errorMessage: excessive.message,
      resourceType,
      resourceName,
    })),
  },
});

const keyOf = ({ resourceType, resourceName }: Resource): string =>
  `${resourceType} ${resourceName}`;

function alter<R extends Resource>(
  context: DecisionContext,
  resource: R,
  wanted: Wanted<R>,
): { readonly records: readonly MetadataRecord[] } | Refusal {
  const { resourceType, resourceName, configs } = resource;
  if (namedTwice(configs.map(({ name }) => name)).size > 0) {
    return refusal(errorCode.invalidRequest, 'Error due to duplicate config keys');
  }
  const owner = ownerOf(resourceType);
  if (owner === undefined) {
    return refusal(errorCode.invalidRequest, `Unknown resource type ${resourceType}`);
  }
  const current = context.image.overridesOf(resourceType, resourceName);
  const changes = wanted(resource, owner, current);
  if ('code' in changes) return changes;
  const after = new Map(current);
  const records: MetadataRecord[] = [];
  for (const [name, value] of changes) {
    if (value === (current.get(name) ?? null)) continue;
    if (value === null) after.delete(name);
    else after.set(name, value);
    records.push({ type: 'config', body: { resourceType, resourceName, name, value } });
  }
  return owner.problem(context, resourceName, after, changes) ?? { records };
}

const operated: Wanted<IncrementalAlterConfigsRequest['resources'][number]> = (
  resource,
  owner,
  current,
) => {
  const nulls = resource.configs.filter(
    ({ configOperation, value }) => configOperation !== operation.delete && value === null,
  );
  if (nulls.length > 0) return noNulls(nulls);
  const changes = new Map<string, string | null>();
  for (const { name, configOperation, value } of resource.configs) {
    const def = owner.find(name);
    switch (configOperation) {
      case operation.set:
        changes.set(name, value);
        break;
      case operation.delete:
        changes.set(name, null);
        break;
      case operation.append:
      case operation.subtract: {
        if (def?.kind.type !== configType.list) {
          return refusal(
            errorCode.invalidConfig,
            `Can't append to or subtract from key ${name} because its type is not LIST.`,
          );
        }
        const list = current.get(name) ?? def.fallback ?? '';
        const isAppended = configOperation === operation.append;
        changes.set(name, changedList(list, value ?? '', isAppended));
        break;
      }
      default:
        return refusal(errorCode.invalidRequest, `Unknown operation type ${configOperation}`);
    }
  }
  return changes;
};

/** New entries go to the end. */
function changedList(list: string, value: string, append: boolean): string {
  const entries = new Set(list.split(',').filter((entry) => entry !== ''));
  for (const part of value.split(',')) {
    const entry = part.trim();
    if (entry === '') continue;
    if (append) entries.add(entry);
    else entries.delete(entry);
  }
  return [...entries].join(',');
}

const replaced: Wanted<AlterConfigsRequest['resources'][number]> = (resource, _owner, current) => {
  const nulls = resource.configs.filter(({ value }) => value === null);
  if (nulls.length > 0) return noNulls(nulls);
  const changes = new Map<string, string | null>();
  for (const { name, value } of resource.configs) changes.set(name, value);
  for (const name of current.keys()) if (!changes.has(name)) changes.set(name, null);
  return changes;
};

const noNulls = (configs: readonly { readonly name: string }[]): Refusal =>
  refusal(
    errorCode.invalidRequest,
    `Null value not supported for : ${configs.map(({ name }) => name).join(', ')}`,
  );
