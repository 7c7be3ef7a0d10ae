/**
 * DescribeConfigs, versions 1–4.
 * - Topics (2): every setting with where its value comes from: the topic, this node's file, or
 *   Kafka's default. UNKNOWN_TOPIC_OR_PARTITION or INVALID_TOPIC_EXCEPTION where there is no such
 *   topic.
 * - Brokers (4): this node's settings, read-only. Only this node's id, or '' for what all share
 *   (nothing, for no dynamic settings of brokers exist); another id is INVALID_REQUEST.
 * - Other kinds of resources are INVALID_REQUEST. Named keys restrict the answer; unknown ones are
 *   left out.
 * 1: synonyms, on demand, only a setting's own value here; 3: types; documentation is never told.
 */

import { describeTopicConfigs } from '../../metadata/describe-configs.ts';
import { describeConfigsApi } from '../../protocol/apis/32-describe-configs.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { RequestOf, ResponseInput } from '../../protocol/schema.ts';
import { type BrokerContext, type Handler, serve } from '../context.ts';
import { type ConfigEntry, nodeConfigEntries } from '../node-configs.ts';
import { isTopicName } from '../topic-view.ts';

type Resource = RequestOf<typeof describeConfigsApi>['resources'][number];
type Result = ResponseInput<typeof describeConfigsApi>['results'][number];

const topicResource = 2;
const brokerResource = 4;

const handleDescribeConfigs: Handler<typeof describeConfigsApi> = (context, request) => {
  const { resources, includeSynonyms } = request.body;
  const results = resources.map((resource) => describeResource(context, resource, includeSynonyms));
  request.respond({ throttleTimeMs: 0, results });
};

function describeResource(
  context: BrokerContext,
  resource: Resource,
  includeSynonyms: boolean,
): Result {
  const { image, config } = context;
  const { resourceType, resourceName } = resource;
  if (resourceType === topicResource) {
    if (!isTopicName(resourceName))
      return refused(resource, errorCode.invalidTopicException, 'Invalid topic name.');
    if (!image.topicsByName.has(resourceName))
      return refused(resource, errorCode.unknownTopicOrPartition, null);
    return described(
      resource,
      describeTopicConfigs(image, resourceName, config.settings),
      includeSynonyms,
    );
  }
  if (resourceType !== brokerResource) {
    return refused(
      resource,
      errorCode.invalidRequest,
      `Unsupported resource type: ${resourceType}`,
    );
  }
  if (resourceName === '') return described(resource, [], includeSynonyms);
  if (resourceName === String(config.nodeId)) {
    return described(resource, nodeConfigEntries(config), includeSynonyms);
  }
  return refused(
    resource,
    errorCode.invalidRequest,
    `Unexpected broker id, expected ${config.nodeId} or empty string, but received ${resourceName}`,
  );
}

const refused = (
  { resourceType, resourceName }: Resource,
  code: number,
  message: string | null,
): Result => ({ errorCode: code, errorMessage: message, resourceType, resourceName, configs: [] });

function described(
  resource: Resource,
  entries: readonly ConfigEntry[],
  includeSynonyms: boolean,
): Result {
  const { resourceType, resourceName, configurationKeys } = resource;
  const asked =
    configurationKeys === null
      ? entries
      : entries.filter(({ name }) => configurationKeys.includes(name));
  return {
    errorCode: errorCode.none,
    errorMessage: null,
    resourceType,
    resourceName,
    configs: asked.map(({ name, value, readOnly, isSensitive, configSource, configType }) => ({
      name,
      value,
      readOnly,
      isSensitive,
      configSource,
      configType,
      synonyms: includeSynonyms ? [{ name, value, source: configSource }] : [],
      documentation: null,
    })),
  };
}

export const servedDescribeConfigs = serve(describeConfigsApi, [1, 4], handleDescribeConfigs);
