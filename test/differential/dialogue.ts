/**
 * What is asked. A group has topics of its own, made before its cases and removed after them; a
 * case has a name and one or more steps, and takes a partition or a topic that no other case
 * touches, so that cases are independent of each other.
 */
import type { Uuid } from '../../src/base/ids.ts';
import type { Api, RequestInput } from '../../src/kafka/protocol/schema.ts';
import type { Manner } from './connection.ts';

/** What differs between the two clusters, and what is the same for both in one run. */
export interface Scene {
  /** When the run began, the same for both. */
  readonly startMs: number;
  /** The id of a topic of the group. */
  id(topic: string): Uuid;
  /** Decoded answers to the earlier steps of this case. */
  readonly answers: readonly unknown[];
}

export type Body<A extends Api> = RequestInput<A> | ((scene: Scene) => RequestInput<A>);

export interface StepOptions extends Manner {
  /** The node that is asked: 1 unless given. */
  readonly node?: number;
  /** Asks the node that coordinates this group. */
  readonly coordinatorOf?: string;
  /** Asks a node that does not coordinate this group. */
  readonly awayFrom?: string;
  /** May wait for what comes behind it: is answered by the next step that has not this. */
  readonly held?: boolean;
  /** How long nothing is asked before it. */
  readonly afterMs?: number;
  /** The answer's version, where it is not the request's. */
  readonly answeredIn?: number;
  /** Surgery on the whole frame, length included. */
  readonly alter?: (frame: Uint8Array) => Uint8Array;
}

export interface Step extends StepOptions {
  /** Null: bytes without a codec, whose answers are compared as bytes. */
  readonly api: Api | null;
  readonly version: number;
  readonly body: Body<Api> | Uint8Array;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** What is looked at when the group is over. */
export interface Consequences {
  /** End offsets of partitions: was it appended? */
  readonly appended?: readonly TopicPartition[];
  /** Do these topics exist, with how many partitions? */
  readonly exists?: readonly string[];
  /** Which settings does this topic have of its own? */
  readonly settings?: readonly string[];
  /** Of an answer about all topics or groups only these are compared. */
  readonly only?: readonly string[];
}

export interface Case extends Consequences {
  readonly name: string;
  readonly steps: readonly Step[];
}

export interface TopicOptions {
  /** The replicas of each partition; the first one leads. */
  readonly replicas?: readonly number[];
  readonly configs?: Readonly<Record<string, string>>;
  /** Partitions that exist although no case asked for them. */
  readonly partitions?: number;
}

/** A topic with a partition for each case that asks for one. */
export class Topic {
  readonly name: string;
  readonly replicas: readonly number[];
  readonly configs: Readonly<Record<string, string>>;
  #partitions: number;

  constructor(name: string, options: TopicOptions) {
    this.name = name;
    this.replicas = options.replicas ?? [1];
    this.configs = options.configs ?? {};
    this.#partitions = options.partitions ?? 0;
  }

  get partitions(): number {
    return Math.max(this.#partitions, 1);
  }

  /** A partition that nobody else has. */
  fresh(): number {
    return this.#partitions++;
  }
}

export class Group {
  readonly name: string;
  readonly topics: Topic[] = [];
  readonly preparation: Step[] = [];
  readonly cases: Case[] = [];
  /** So many cases are led at the same time: for those that wait for a time limit of the broker. */
  readonly atOnce: number;

  constructor(name: string, atOnce = 1) {
    this.name = name;
    this.atOnce = atOnce;
  }

  topic(name: string, options: TopicOptions = {}): Topic {
    const topic = new Topic(name, options);
    this.topics.push(topic);
    return topic;
  }

  /** Is done before the cases; its answers are not compared. */
  prepare<A extends Api>(api: A, version: number, body: Body<A>, options: StepOptions = {}): void {
    this.preparation.push(step(api, version, body, options));
  }

  /** A case of one request. */
  ask<A extends Api>(
    api: A,
    version: number,
    what: string,
    body: Body<A>,
    options: StepOptions & Consequences = {},
  ): void {
    const steps = [step(api, version, body, options)];
    this.talk(`${api.name} v${version}: ${what}`, steps, options);
  }

  /** A case of several requests, one after the other, each on a connection of its own. */
  talk(name: string, steps: readonly Step[], consequences: Consequences = {}): void {
    if (this.cases.some((each) => each.name === name)) throw new Error(`two cases named ${name}`);
    const { appended, exists, settings, only } = consequences;
    this.cases.push({
      name,
      steps,
      ...(appended && { appended }),
      ...(exists && { exists }),
      ...(settings && { settings }),
      ...(only && { only }),
    });
  }

  /** A case of bytes that no codec wrote. */
  raw(name: string, bytes: Uint8Array, options: StepOptions & Consequences = {}): void {
    this.talk(name, [{ ...options, api: null, version: 0, body: bytes }], options);
  }
}

export function step<A extends Api>(
  api: A,
  version: number,
  body: Body<A>,
  options: StepOptions = {},
): Step {
  return { ...options, api, version, body: body as Body<Api> };
}

/** All versions of an API that our codec knows. */
export function versionsOf(api: Api): number[] {
  const count = api.maxVersion - api.minVersion + 1;
  return Array.from({ length: count }, (_, index) => api.minVersion + index);
}
