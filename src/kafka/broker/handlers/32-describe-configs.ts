/**
 * DescribeConfigs, versions 1–4.
 * - Topics (2): every setting and where its value comes from. UNKNOWN_TOPIC_OR_PARTITION or
 *   INVALID_TOPIC_EXCEPTION where there is no such topic.
 * - Brokers (4): this node's settings, or for '' those that are set for all. Another node's id is
 *   INVALID_REQUEST: each broker speaks for itself.
 * - Broker loggers (8): none, for no logger has a level of its own. Client metrics (16) and groups
 *   (32): what is set, and defaults.
 * - Other kinds are INVALID_REQUEST. Named keys restrict the answer, none named (or an empty list)
 *   do not; unknown ones are left out.
 * - More resources than a request may name are INVALID_REQUEST, each without being looked at.
 * 1: synonyms, on demand; 3: types, and documentation on demand.
 */

import { configResource } from '../../metadata/config-def.ts';
import {
  type ConfigEntry,
  describeAllBrokers,
  describeBroker,
  describeClientMetrics,
  describeGroup,
  describeTopicConfigs,
} from '../../metadata/describe-configs.ts';
import { describeConfigsApi } from '../../protocol/apis/32-describe-configs.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { RequestOf, ResponseInput } from '../../protocol/schema.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerContext, BrokerHandler } from '../context.ts';
import { maxResourcesNamed } from '../request-bounds.ts';
import { isTopicName } from '../topic-view.ts';

type Body = RequestOf<typeof describeConfigsApi>;
type Resource = Body['resources'][number];
type Result = ResponseInput<typeof describeConfigsApi>['results'][number];

interface Problem {
  readonly code: number;
  readonly message: string | null;
}

const invalid = (message: string): Problem => ({ code: errorCode.invalidRequest, message });

const tooMany = invalid(`At most ${maxResourcesNamed} resources are described at once.`);

const handleDescribeConfigs: BrokerHandler<typeof describeConfigsApi> = (context, request) => {
  const { resources } = request.body;
  const isExcessive = resources.length > maxResourcesNamed;
  const results = resources.map((resource) => {
    const found = isExcessive ? tooMany : describe(context, resource);
    return 'code' in found ? refused(resource, found) : described(resource, found, request.body);
  });
  request.respond({ throttleTimeMs: 0, results });
};

function describe(context: BrokerContext, resource: Resource): readonly ConfigEntry[] | Problem {
  const { image, config } = context;
  const { resourceType, resourceName: name } = resource;
  switch (resourceType) {
    case configResource.topic:
      if (!isTopicName(name)) {
        return { code: errorCode.invalidTopicException, message: 'Invalid topic name.' };
      }
      return image.topicsByName.has(name)
        ? describeTopicConfigs(image, name, config)
        : { code: errorCode.unknownTopicOrPartition, message: null };
    case configResource.broker:
      if (name === '') return describeAllBrokers(image, config);
      return brokerProblem(context, name) ?? describeBroker(image, config);
    case configResource.brokerLogger:
      if (name === '') return invalid('Broker id must not be empty');
      return brokerProblem(context, name) ?? [];
    case configResource.clientMetrics:
      if (name === '') return invalid('Client metrics subscription name must not be empty');
      return describeClientMetrics(image, name);
    case configResource.group:
      if (name === '') return invalid('Group name must not be empty');
      return describeGroup(image, name, config.settings);
    default:
      return invalid(`Unsupported resource type: ${resourceType}`);
  }
}

function brokerProblem({ config }: BrokerContext, name: string): Problem | null {
  if (name === String(config.nodeId)) return null;
  return invalid(`Unexpected broker id, expected ${config.nodeId}, but received ${name}`);
}

const refused = ({ resourceType, resourceName }: Resource, { code, message }: Problem): Result => ({
  errorCode: code,
  errorMessage: message,
  resourceType,
  resourceName,
  configs: [],
});

function described(resource: Resource, entries: readonly ConfigEntry[], body: Body): Result {
  const { resourceType, resourceName, configurationKeys } = resource;
  const keys = new Set(configurationKeys);
  const asked = keys.size === 0 ? entries : entries.filter(({ name }) => keys.has(name));
  return {
    errorCode: errorCode.none,
    errorMessage: null,
    resourceType,
    resourceName,
    configs: asked.map((entry) => ({
      ...entry,
      synonyms: body.includeSynonyms ? entry.synonyms : [],
      documentation: body.includeDocumentation ? entry.documentation : null,
    })),
  };
}

export const servedDescribeConfigs = serve(describeConfigsApi, [1, 4], handleDescribeConfigs);
