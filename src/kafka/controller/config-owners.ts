/**
 * Whose settings can be altered, and what is wrong with what is wanted: of topics, brokers, groups,
 * client metrics. Kafka's codes differ from one to the other.
 */
import { brokerConfig, brokerConfigsProblem } from '../metadata/broker-configs.ts';
import { type ConfigDef, configResource } from '../metadata/config-def.ts';
import {
  clientMetricsConfig,
  clientMetricsProblem,
  groupConfig,
  groupConfigProblem,
} from '../metadata/group-configs.ts';
import type { ConfigOverrides } from '../metadata/image.ts';
import { isReservedTopic } from '../metadata/internal-topics.ts';
import { topicConfig, topicConfigsProblem } from '../metadata/topic-configs.ts';
import { errorCode } from '../protocol/errors.ts';
import { type Refusal, refusal } from './assignment.ts';
import type { DecisionContext } from './decision.ts';
import { topicNameProblem } from './topic-names.ts';

export interface ConfigOwner {
  readonly find: (name: string) => ConfigDef | undefined;
  /** Why `changes`, which make `after` of what is set, may not be; null where they may. */
  readonly problem: (
    context: DecisionContext,
    resource: string,
    after: ConfigOverrides,
    changes: ReadonlyMap<string, string | null>,
  ) => Refusal | null;
}

const invalid = (problem: string | null): Refusal | null =>
  problem === null ? null : refusal(errorCode.invalidConfig, problem);

const topics: ConfigOwner = {
  find: topicConfig,
  problem({ image }, topic, after) {
    if (topic === '') {
      return refusal(errorCode.invalidRequest, 'Default topic resources are not allowed.');
    }
    const nameProblem = topicNameProblem(topic);
    if (nameProblem !== null) return refusal(errorCode.invalidTopicException, nameProblem);
    const problem = invalid(topicConfigsProblem(after));
    if (problem !== null) return problem;
    if (!image.topicsByName.has(topic)) {
      const message = `The topic '${topic}' does not exist.`;
      return refusal(errorCode.unknownTopicOrPartition, message);
    }
    return isReservedTopic(topic)
      ? refusal(errorCode.invalidRequest, `Settings of internal topic ${topic} are not altered.`)
      : null;
  },
};

const minInsync = 'min.insync.replicas';

const brokers: ConfigOwner = {
  find: brokerConfig,
  problem({ image }, broker, after, changes) {
    if (broker !== '' && !/^[0-9]{1,10}$/.test(broker)) {
      return refusal(errorCode.invalidRequest, `Node id must be an integer, but it is: ${broker}`);
    }
    if (broker !== '' && !image.brokers.has(Number(broker))) {
      return refusal(errorCode.invalidRequest, `There is no broker ${broker}.`);
    }
    // Who may commit and who may lead must be decided by one and the same number.
    if (broker !== '' && changes.has(minInsync)) {
      return invalid(`Broker-level ${minInsync} cannot be altered while ELR is enabled.`);
    }
    if (changes.get(minInsync) === null) {
      return invalid(`Cluster-level ${minInsync} cannot be removed while ELR is enabled.`);
    }
    const problem = brokerConfigsProblem(after);
    return problem === null ? null : refusal(errorCode.invalidRequest, problem);
  },
};

const groups: ConfigOwner = {
  find: groupConfig,
  problem: (_context, group, after) =>
    group === ''
      ? refusal(errorCode.invalidRequest, 'Default group resources are not allowed.')
      : invalid(groupConfigProblem(after)),
};

const clientMetrics: ConfigOwner = {
  find: clientMetricsConfig,
  problem(_context, subscription, after) {
    if (subscription === '') {
      return refusal(errorCode.invalidRequest, 'Default client metrics are not allowed.');
    }
    const problem = clientMetricsProblem(after);
    if (problem === null) return null;
    const isPattern = problem.startsWith('Invalid value') && problem.includes('match');
    return refusal(isPattern ? errorCode.invalidConfig : errorCode.invalidRequest, problem);
  },
};

const owners: ReadonlyMap<number, ConfigOwner> = new Map([
  [configResource.topic, topics],
  [configResource.broker, brokers],
  [configResource.group, groups],
  [configResource.clientMetrics, clientMetrics],
]);

export const ownerOf = (resourceType: number): ConfigOwner | undefined => owners.get(resourceType);
