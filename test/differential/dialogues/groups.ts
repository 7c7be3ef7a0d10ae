/** What the dialogues of groups use: members as they ask, and the bytes that they exchange. */
import { offsetCommitApi } from '../../../src/kafka/protocol/apis/08-offset-commit.ts';
import { offsetFetchApi } from '../../../src/kafka/protocol/apis/09-offset-fetch.ts';
import { joinGroupApi } from '../../../src/kafka/protocol/apis/11-join-group.ts';
import { heartbeatApi } from '../../../src/kafka/protocol/apis/12-heartbeat.ts';
import { leaveGroupApi } from '../../../src/kafka/protocol/apis/13-leave-group.ts';
import { syncGroupApi } from '../../../src/kafka/protocol/apis/14-sync-group.ts';
import { describeGroupsApi } from '../../../src/kafka/protocol/apis/15-describe-groups.ts';
import { consumerGroupHeartbeatApi } from '../../../src/kafka/protocol/apis/68-consumer-group-heartbeat.ts';
import { consumerGroupDescribeApi } from '../../../src/kafka/protocol/apis/69-consumer-group-describe.ts';
import type { Api, RequestInput } from '../../../src/kafka/protocol/schema.ts';
import { type Scene, type Step, type StepOptions, step } from '../dialogue.ts';

/** A value, or what an earlier answer of the case makes it. */
export type Said<T> = T | ((scene: Scene) => T);

export const said = <T>(value: Said<T>, scene: Scene): T =>
  typeof value === 'function' ? (value as (scene: Scene) => T)(scene) : value;

/** The id that the answer to a step told, counted from 1 as in the report. */
export const idOf =
  (nth: number) =>
  ({ answers }: Scene): string =>
    (answers[nth - 1] as { memberId: string } | null)?.memberId ?? 'untold';

/** The generation that the answer to a step told. */
export const generationOf =
  (nth: number) =>
  ({ answers }: Scene): number =>
    (answers[nth - 1] as { generationId: number } | null)?.generationId ?? -9;

/** The member epoch that the answer to a step told. */
export const epochOf =
  (nth: number) =>
  ({ answers }: Scene): number =>
    (answers[nth - 1] as { memberEpoch: number } | null)?.memberEpoch ?? -9;

/** A subscription or an assignment of consumers, version 0. */
export function subscription(...topics: string[]): Uint8Array {
  const bytes = [0, 0, 0, 0, 0, topics.length];
  for (const topic of topics) bytes.push(0, topic.length, ...Buffer.from(topic));
  return Uint8Array.from([...bytes, 255, 255, 255, 255]);
}

export function assignment(topic: string, ...partitions: number[]): Uint8Array {
  const head = [0, 0, 0, 0, 0, 1, 0, topic.length, ...Buffer.from(topic)];
  const listed = partitions.flatMap((index) => [0, 0, 0, index]);
  return Uint8Array.from([...head, 0, 0, 0, partitions.length, ...listed, 255, 255, 255, 255]);
}

interface Member {
  readonly memberId?: Said<string>;
  readonly generationId?: Said<number>;
  readonly groupInstanceId?: string | null;
}

interface Joining extends Member {
  readonly sessionTimeoutMs?: number;
  readonly rebalanceTimeoutMs?: number;
  readonly protocolType?: string;
  readonly protocols?: readonly { readonly name: string; readonly metadata: Uint8Array }[];
}

interface Syncing extends Member {
  readonly protocolType?: string | null;
  readonly protocolName?: string | null;
  readonly assignments?: readonly (readonly [member: Said<string>, assignment: Uint8Array])[];
}

interface Committing extends Member {
  readonly topic: string;
}

type Heartbeat = RequestInput<typeof consumerGroupHeartbeatApi>;

interface Beating extends Partial<Omit<Heartbeat, 'memberEpoch' | 'topicPartitions'>> {
  readonly memberEpoch?: Said<number>;
  /** By name of the topic. */
  readonly owned?: Readonly<Record<string, readonly number[]>>;
}

/** One group, asked at its coordinator in versions no higher than given. */
export class AskedGroup {
  readonly id: string;
  readonly #version: number;

  constructor(id: string, version = 99) {
    this.id = id;
    this.#version = version;
  }

  ask<A extends Api>(api: A, body: (scene: Scene) => object, options: StepOptions = {}): Step {
    const version = Math.max(oldest(api), Math.min(this.#version, newest(api)));
    const whole = (scene: Scene) => body(scene) as RequestInput<A>;
    return step(api, version, whole, { coordinatorOf: this.id, patienceMs: 20_000, ...options });
  }

  /** A new member, unless said otherwise. */
  join(given: Joining = {}, options: StepOptions = {}): Step {
    return this.ask(
      joinGroupApi,
      (scene) => ({
        groupId: this.id,
        sessionTimeoutMs: 30_000,
        rebalanceTimeoutMs: 30_000,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: subscription('g-topic') }],
        ...claim(given, scene),
      }),
      options,
    );
  }

  /** Joins with the id that the answer to this very step's predecessor told. */
  sync(given: Syncing = {}, options: StepOptions = {}): Step {
    return this.ask(
      syncGroupApi,
      (scene) => ({
        groupId: this.id,
        protocolType: 'consumer',
        protocolName: 'range',
        ...claim(given, scene),
        assignments: (given.assignments ?? []).map(([memberId, part]) => ({
          memberId: said(memberId, scene),
          assignment: part,
        })),
      }),
      options,
    );
  }

  heartbeat(given: Member = {}, options: StepOptions = {}): Step {
    return this.ask(
      heartbeatApi,
      (scene) => ({ groupId: this.id, ...claim(given, scene) }),
      options,
    );
  }

  leave(members: readonly Member[], options: StepOptions = {}): Step {
    return this.ask(
      leaveGroupApi,
      (scene) => ({
        groupId: this.id,
        memberId: members.length === 0 ? '' : said(members[0]!.memberId ?? '', scene),
        members: members.map(({ memberId = '', groupInstanceId = null }) => ({
          memberId: said(memberId, scene),
          groupInstanceId,
        })),
      }),
      options,
    );
  }

  describe(options: StepOptions = {}): Step {
    return this.ask(describeGroupsApi, () => ({ groups: [this.id] }), options);
  }

  /** Offset 7 of partition 0. */
  commit({ topic, ...member }: Committing, options: StepOptions = {}): Step {
    return this.ask(
      offsetCommitApi,
      (scene) => {
        const { generationId = -1, ...rest } = claim(member, scene);
        return {
          groupId: this.id,
          ...rest,
          generationIdOrMemberEpoch: generationId,
          topics: [
            {
              name: topic,
              topicId: scene.id(topic),
              partitions: [{ partitionIndex: 0, committedOffset: 7 }],
            },
          ],
        };
      },
      options,
    );
  }

  /** All that the group has committed. */
  committed(options: StepOptions = {}): Step {
    const groups = [{ groupId: this.id, topics: null }];
    return this.ask(offsetFetchApi, () => ({ groupId: this.id, topics: null, groups }), options);
  }

  /** A heartbeat of the consumer protocol. */
  beat({ memberEpoch = 0, owned, ...given }: Beating = {}, options: StepOptions = {}): Step {
    return this.ask(
      consumerGroupHeartbeatApi,
      (scene) => ({
        groupId: this.id,
        memberId: 'a',
        ...given,
        memberEpoch: said<number>(memberEpoch, scene),
        topicPartitions:
          owned === undefined
            ? null
            : Object.entries(owned).map(([topic, partitions]) => ({
                topicId: scene.id(topic),
                partitions,
              })),
      }),
      options,
    );
  }

  /** A consumer that joins with nothing, subscribed to a topic. */
  enter(memberId: string, topic: string, given: Beating = {}, options: StepOptions = {}): Step {
    const first = { rebalanceTimeoutMs: 30_000, subscribedTopicNames: [topic], owned: {} };
    return this.beat({ ...first, memberId, ...given }, options);
  }

  describeConsumers(options: StepOptions = {}): Step {
    const body = { groupIds: [this.id], includeAuthorizedOperations: false };
    return this.ask(consumerGroupDescribeApi, () => body, options);
  }
}

/** From version 2 on offsets are told without being named. */
const oldest = ({ key, minVersion }: Api): number => (key === offsetFetchApi.key ? 2 : minVersion);

/** Apache 4.1 keeps the versions with topic ids to itself. */
const newest = ({ key, maxVersion }: Api): number =>
  key === offsetCommitApi.key || key === offsetFetchApi.key ? 9 : maxVersion;

function claim<M extends Member>({ memberId = '', generationId = -1, ...rest }: M, scene: Scene) {
  return {
    ...rest,
    memberId: said<string>(memberId, scene),
    generationId: said<number>(generationId, scene),
  };
}
