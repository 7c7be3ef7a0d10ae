/**
 * Whether an answer says that its sender is not the active controller. Kafka wraps forwarded
 * requests into an Envelope, whose answer says so at the top; requests sent as they are say so
 * where their errors stand.
 */
import { errorCode } from '../protocol/errors.ts';

interface AnyAnswer {
  readonly errorCode?: number;
  readonly topics?: readonly { readonly errorCode?: number }[];
  readonly responses?: readonly { readonly errorCode?: number }[];
  readonly replicaElectionResults?: readonly {
    readonly partitionResult: readonly { readonly errorCode?: number }[];
  }[];
  readonly results?: readonly { readonly errorCode?: number }[];
}

const key = {
  createTopics: 19,
  deleteTopics: 20,
  alterConfigs: 33,
  createPartitions: 37,
  electLeaders: 43,
  incrementalAlterConfigs: 44,
  describeQuorum: 55,
} as const;

export function isNotController(apiKey: number, answer: unknown): boolean {
  const error = firstError(apiKey, answer as AnyAnswer);
  if (error === errorCode.notController) return true;
  return apiKey === key.describeQuorum && error === errorCode.notLeaderOrFollower;
}

/**
 * A controller that is not active refuses all of a request, so the first entry speaks for the
 * others.
 */
function firstError(apiKey: number, answer: AnyAnswer): number | undefined {
  switch (apiKey) {
    case key.createTopics:
      return answer.topics?.[0]?.errorCode;
    case key.deleteTopics:
    case key.alterConfigs:
    case key.incrementalAlterConfigs:
      return answer.responses?.[0]?.errorCode;
    case key.createPartitions:
      return answer.results?.[0]?.errorCode;
    case key.electLeaders:
      return answer.replicaElectionResults?.[0]?.partitionResult[0]?.errorCode ?? answer.errorCode;
    default:
      return answer.errorCode;
  }
}
