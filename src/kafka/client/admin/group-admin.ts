/**
 * Groups and what they have committed, as promises. Each call finds the coordinator of its group,
 * again where that has moved, and repeats what may be repeated until its time is up. It rejects
 * with a ClientError whose `outcome` says whether it may have happened.
 */
import { offsetCommitApi } from '../../protocol/apis/08-offset-commit.ts';
import { offsetFetchApi } from '../../protocol/apis/09-offset-fetch.ts';
import { findCoordinatorApi } from '../../protocol/apis/10-find-coordinator.ts';
import { describeGroupsApi } from '../../protocol/apis/15-describe-groups.ts';
import { listGroupsApi } from '../../protocol/apis/16-list-groups.ts';
import { deleteGroupsApi } from '../../protocol/apis/42-delete-groups.ts';
import { offsetDeleteApi } from '../../protocol/apis/47-offset-delete.ts';
import { describeClusterApi } from '../../protocol/apis/60-describe-cluster.ts';
import { consumerGroupDescribeApi } from '../../protocol/apis/69-consumer-group-describe.ts';
import { errorCode, isRetriable } from '../../protocol/errors.ts';
import type { Api, RequestInput, ResponseOf } from '../../protocol/schema.ts';
import type { ClientParts } from '../client-parts.ts';
import { type Endpoint, endpointOf } from '../connect/connection-pool.ts';
import { ClientError } from '../errors.ts';
import { isCoordinatorError, leavesOpen } from '../group/coordinator-errors.ts';
import { coordinatorIn, coordinatorQuery } from '../group/coordinator-query.ts';
import {
  type CommittedOffset,
  commitError,
  commitRequest,
  fetchedOffsets,
  fetchRequest,
  newestByName,
  type OffsetToCommit,
} from '../group/offset-requests.ts';
import { groupedByTopic, type TopicPartition } from '../group/topic-partition.ts';
import type { AdminOptions } from './admin.ts';
import { AdminCall } from './admin-call.ts';
import { describedClassic, describedNew, type GroupDescription } from './group-description.ts';

export interface GroupListing {
  readonly groupId: string;
  readonly protocolType: string;
  /** Empty where the broker's version does not tell; likewise the type. */
  readonly state: string;
  readonly type: string;
}

const defaultTimeoutMs = 60_000;
/** Whoever commits so is no member: the group takes it only while it has none. */
const nobody = { memberId: '', epoch: -1, instanceId: null };

export class GroupAdmin {
  readonly #client: ClientParts;

  constructor(client: ClientParts) {
    this.#client = client;
  }

  /** The groups of all brokers, by id. Each broker must answer. */
  async listGroups(options: AdminOptions = {}): Promise<GroupListing[]> {
    const call = this.#call('listing groups', options);
    const found = new Map<string, GroupListing>();
    for (const broker of await this.#brokers(call)) {
      for (;;) {
        const { response } = await call.ask(listGroupsApi, {}, broker);
        if (response !== null && response.errorCode === errorCode.none) {
          for (const { groupId, protocolType, groupState, groupType } of response.groups) {
            found.set(groupId, { groupId, protocolType, state: groupState, type: groupType });
          }
          break;
        }
        if (response !== null) refuse(call, broker.key, response.errorCode);
        await call.pause();
      }
    }
    return [...found.values()].sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
  }

  /** Of whichever protocol they are; a group that nobody knows is an error. */
  async describeGroups(
    groupIds: readonly string[],
    options: AdminOptions = {},
  ): Promise<GroupDescription[]> {
    const call = this.#call('describing groups', options);
    const described: GroupDescription[] = [];
    for (const groupId of groupIds) described.push(await this.#describe(call, groupId));
    return described;
  }

  /** Groups with members are refused (NON_EMPTY_GROUP). */
  async deleteGroups(groupIds: readonly string[], options: AdminOptions = {}): Promise<void> {
    const call = this.#call('deleting groups', options);
    for (const groupId of groupIds) {
      const body = { groupsNames: [groupId] };
      await this.#ask(call, groupId, deleteGroupsApi, body, ({ results }, repeated) => {
        const code = results[0]?.errorCode ?? errorCode.unknownServerError;
        // An earlier attempt, whose answer was lost, has done it.
        return repeated && code === errorCode.groupIdNotFound ? errorCode.none : code;
      });
    }
  }

  /** All that a group has committed, or of these partitions; −1 where nothing is. */
  async listConsumerGroupOffsets(
    groupId: string,
    partitions: readonly TopicPartition[] | null = null,
    options: AdminOptions = {},
  ): Promise<readonly CommittedOffset[]> {
    const call = this.#call(`offsets of group ${groupId}`, options);
    const body = fetchRequest(groupId, null, partitions);
    const codeOf = (answer: ResponseOf<typeof offsetFetchApi>) => fetchedOffsets(answer).errorCode;
    const response = await this.#ask(call, groupId, offsetFetchApi, body, codeOf, newestByName);
    return fetchedOffsets(response).offsets;
  }

  /** Sets what a group has committed. Only while it has no members. */
  async alterConsumerGroupOffsets(
    groupId: string,
    offsets: readonly OffsetToCommit[],
    options: AdminOptions = {},
  ): Promise<void> {
    const call = this.#call(`altering offsets of group ${groupId}`, options);
    const body = commitRequest(groupId, nobody, offsets);
    await this.#ask(call, groupId, offsetCommitApi, body, commitError, newestByName);
  }

  /** Only of topics that no member has subscribed to (GROUP_SUBSCRIBED_TO_TOPIC). */
  async deleteConsumerGroupOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
    options: AdminOptions = {},
  ): Promise<void> {
    const call = this.#call(`deleting offsets of group ${groupId}`, options);
    const topics = groupedByTopic(partitions).map(({ topic, partitions: ofTopic }) => ({
      name: topic,
      partitions: ofTopic.map((partitionIndex) => ({ partitionIndex })),
    }));
    await this.#ask(call, groupId, offsetDeleteApi, { groupId, topics }, (response) => {
      const codes = response.topics.flatMap((topic) => topic.partitions.map((p) => p.errorCode));
      return response.errorCode || (codes.find((code) => code !== errorCode.none) ?? 0);
    });
  }

  async #describe(call: AdminCall, groupId: string): Promise<GroupDescription> {
    const asNew = { groupIds: [groupId], includeAuthorizedOperations: false };
    // Of a classic group the first question is answered with GROUP_ID_NOT_FOUND.
    const answer = await this.#ask(call, groupId, consumerGroupDescribeApi, asNew, ({ groups }) => {
      const code = groups[0]?.errorCode ?? errorCode.unknownServerError;
      return code === errorCode.groupIdNotFound ? errorCode.none : code;
    }).catch((error) => {
      if (error instanceof ClientError && error.kind === 'unsupported-version') return null;
      throw error;
    });
    const [asked] = answer?.groups ?? [];
    if (asked !== undefined && asked.errorCode === errorCode.none) return describedNew(asked);
    const body = { groups: [groupId] };
    const response = await this.#ask(call, groupId, describeGroupsApi, body, ({ groups }) => {
      return groups[0]?.errorCode ?? errorCode.unknownServerError;
    });
    const [classic] = response.groups;
    if (classic === undefined) throw new ClientError('broker', `group ${groupId}`);
    return describedClassic(classic);
  }

  /** Asks a group's coordinator until `codeOf` says that it is done, or that it never will be. */
  async #ask<A extends Api>(
    call: AdminCall,
    groupId: string,
    api: A,
    body: RequestInput<A>,
    codeOf: (response: ResponseOf<A>, repeated: boolean) => number,
    maxVersion?: number,
  ): Promise<ResponseOf<A>> {
    call.maybeDone = false;
    for (;;) {
      const repeated = call.maybeDone;
      const coordinator = await this.#coordinator(call, groupId);
      if (coordinator !== null) {
        const { response } = await call.ask(api, body, coordinator, maxVersion);
        if (response !== null) {
          const code = codeOf(response, repeated);
          if (code === errorCode.none) return response;
          if (leavesOpen.has(code)) call.doubt();
          refuse(call, `group ${groupId}`, code);
        }
      }
      await call.pause();
    }
  }

  async #coordinator(call: AdminCall, groupId: string): Promise<Endpoint | null> {
    const { response } = await call.ask(findCoordinatorApi, coordinatorQuery(groupId));
    if (response === null) return null;
    const { errorCode: code, host, port } = coordinatorIn(response);
    if (code === errorCode.none) return endpointOf({ host, port });
    refuse(call, `the coordinator of group ${groupId}`, code);
    return null;
  }

  async #brokers(call: AdminCall): Promise<Endpoint[]> {
    for (;;) {
      const body = { includeClusterAuthorizedOperations: false };
      const { response } = await call.ask(describeClusterApi, body);
      if (response !== null && response.errorCode === errorCode.none) {
        return response.brokers.map(({ host, port }) => endpointOf({ host, port }));
      }
      if (response !== null) refuse(call, 'the cluster', response.errorCode);
      await call.pause();
    }
  }

  #call(what: string, { timeoutMs = defaultTimeoutMs, onDoubt }: AdminOptions): AdminCall {
    return new AdminCall(this.#client, what, timeoutMs, onDoubt);
  }
}

/** Throws unless the error may pass. A topic that is unknown stays so. */
function refuse(call: AdminCall, what: string, code: number): void {
  call.lastCode = code;
  const passes = isCoordinatorError(code) || isRetriable(code);
  if (passes && code !== errorCode.unknownTopicOrPartition) return;
  throw new ClientError('broker', what, 'failed', code);
}
