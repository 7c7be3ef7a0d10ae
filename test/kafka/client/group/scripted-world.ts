/**
 * The world of a membership as a test plays it: time passes by hand, requests wait for an answer,
 * listeners for the test to say that they are done. All that the membership asks for is written
 * down in `lines`, one act a line.
 */
import type {
  MemberSettings,
  MemberWorld,
  SendFailure,
} from '../../../../src/kafka/client/group/member/membership.ts';
import type { TopicPartition } from '../../../../src/kafka/client/group/topic-partition.ts';
import { clientRules } from '../../../../src/kafka/client/rules.ts';
import type { Api, RequestInput, ResponseOf } from '../../../../src/kafka/protocol/schema.ts';

type AnyBody = Record<string, unknown>;

interface Sent {
  readonly api: string;
  readonly body: AnyBody;
  readonly onAnswer: (response: never, failure: SendFailure | null) => void;
}

export const memberSettings: MemberSettings = {
  groupId: 'g',
  instanceId: null,
  rack: null,
  sessionTimeoutUs: 45_000_000,
  heartbeatIntervalUs: 3_000_000,
  maxPollIntervalUs: 300_000_000,
  requestTimeoutUs: 30_000_000,
  rules: clientRules,
};

export class ScriptedWorld {
  nowUs = 0;
  readonly lines: string[] = [];
  readonly sent: Sent[] = [];
  readonly counts = new Map<string, number>([['t', 4]]);
  readonly names = new Map<string, string>();
  #done: (() => void) | null = null;
  #wakeUs = Number.POSITIVE_INFINITY;
  #ids = 0;
  wake: () => void = () => {};

  readonly world: MemberWorld = {
    nowUs: () => this.nowUs,
    backoffUs: () => 100_000,
    wakeAt: (atUs) => {
      this.#wakeUs = Math.min(this.#wakeUs, atUs);
    },
    newMemberId: () => `id${++this.#ids}`,
    send: <A extends Api>(
      api: A,
      body: RequestInput<A>,
      _options: unknown,
      onAnswer: (response: ResponseOf<A> | null, failure: SendFailure | null) => void,
    ) => {
      this.lines.push(`send ${api.name}`);
      this.sent.push({ api: api.name, body: body as AnyBody, onAnswer: onAnswer as never });
    },
    coordinatorLost: () => this.lines.push('coordinator lost'),
    partitionCount: (topic) => this.counts.get(topic) ?? null,
    topicName: (id) => this.names.get(id) ?? null,
    revoke: (partitions, done) => this.#listen('revoke', partitions, done),
    assign: (partitions, done) => this.#listen('assign', partitions, done),
    lose: (partitions) => {
      this.#done = null;
      this.lines.push(`lose ${textOf(partitions)}`);
    },
    fail: (error) => this.lines.push(`fail ${error.message}`),
  };

  /** What has happened since the last look. */
  take(): string[] {
    return this.lines.splice(0);
  }

  /** The last request of this API that waits for its answer. */
  waiting(api: string): Sent {
    const found = this.sent.findLast((each) => each.api === api);
    if (found === undefined) throw new Error(`no ${api} waits`);
    return found;
  }

  answer(api: string, response: AnyBody | null, failure: SendFailure | null = null): void {
    const request = this.waiting(api);
    this.sent.splice(this.sent.indexOf(request), 1);
    request.onAnswer(response as never, response === null ? (failure ?? 'no-answer') : null);
  }

  refuse(api: string, errorCode: number): void {
    this.answer(api, { errorCode });
  }

  /** The listener that is at work has returned. */
  done(): void {
    const done = this.#done;
    if (done === null) throw new Error('no listener is at work');
    this.#done = null;
    done();
  }

  /** Time passes, with all wakes on the way. */
  pass(seconds: number): void {
    const untilUs = this.nowUs + seconds * 1_000_000;
    while (this.#wakeUs <= untilUs) {
      this.nowUs = Math.max(this.nowUs, this.#wakeUs);
      this.#wakeUs = Number.POSITIVE_INFINITY;
      this.wake();
    }
    this.nowUs = untilUs;
  }

  #listen(what: string, partitions: readonly TopicPartition[], done: () => void): void {
    if (this.#done !== null) throw new Error('two listeners at work');
    this.#done = done;
    this.lines.push(`${what} ${textOf(partitions)}`);
  }
}

export const textOf = (partitions: readonly TopicPartition[]): string =>
  partitions.map(({ topic, partition }) => `${topic}${partition}`).join(' ') || '–';
