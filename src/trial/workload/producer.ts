/**
 * A program that sends records at a steady mean rate and writes into the history what became of
 * each.
 */
import type { Micros } from '../../base/ids.ts';
import { microsPerSecond } from '../../base/time.ts';
import type { Host, Program } from '../../host/host.ts';
import type { Address } from '../../host/network.ts';
import type { RandomStream } from '../../host/random.ts';
import { KafkaClient } from '../../kafka/client/client.ts';
import type { ClientError } from '../../kafka/client/errors.ts';
import type { Producer } from '../../kafka/client/produce/producer.ts';
import type { ProducerRecord, RecordHeader } from '../../kafka/client/produce/producer-types.ts';
import { type ClientRules, clientRules } from '../../kafka/client/rules.ts';
import { errorCode, errorName } from '../../kafka/protocol/errors.ts';
import type { ProducerActor } from '../activities/actors.ts';
import { activityKindOf } from '../activities/registry.ts';
import type { History, Send } from '../history/history.ts';
import type { Workload } from '../scenario/workload.ts';
import { clientRulesOf } from '../scenario/wrong-client-rules.ts';
import { type ActivityShare, Performer } from './performer.ts';
import { encodeValue, valueHeader } from './values.ts';

export interface ProducerRole {
  readonly index: number;
  readonly workload: Workload;
  /** Where to send to at present; never empty. */
  readonly topics: () => readonly string[];
  readonly bootstrap: readonly Address[];
  /** In place of the right ones and of those that the workload names. */
  readonly rules: Partial<ClientRules>;
  readonly history: History;
  /** Virtual time of the world: a machine's own clocks may be wrong. */
  readonly now: () => Micros;
  /** True from the moment when no more records are to be sent. */
  readonly finished: () => boolean;
  /** Null where the plan has no activities. */
  readonly active: ActivityShare | null;
}

/** `stop` waits for what is under way, then exits with 0. */
export function producerProgram(role: ProducerRole): Program {
  const numbers = { incarnations: 0, processes: 0 };
  return (host) => {
    const process = numbers.processes++;
    if (process > 0) role.history.abandonPending(role.index, role.now());
    const writer = new Writer(host, role, () => numbers.incarnations++);
    writer.act(process);
    every(host, meanIntervalUs(role.workload), role.finished, () => writer.sendSteadily());
    return { stop: () => writer.close(() => host.exit(0, 'all records are answered')) };
  };
}

/** One process of a producer. */
class Writer {
  readonly #host: Host;
  readonly #role: ProducerRole;
  readonly #client: KafkaClient;
  readonly #random: RandomStream;
  readonly #keys: Keys;
  readonly #nextIncarnation: () => number;
  #incarnation: number;
  #producer: Producer;
  /** How many silences are in force. */
  #silences = 0;

  constructor(host: Host, role: ProducerRole, nextIncarnation: () => number) {
    const { bootstrap, index, workload } = role;
    const rules = { ...clientRules, ...clientRulesOf(workload.wrongRules), ...role.rules };
    this.#host = host;
    this.#role = role;
    this.#client = new KafkaClient({ host, clientId: `p${index}`, bootstrap, rules });
    this.#nextIncarnation = nextIncarnation;
    this.#incarnation = nextIncarnation();
    this.#producer = this.#open();
    this.#random = host.random.stream('workload');
    this.#keys = new Keys(`p${index}-`);
  }

  /** Takes up its share of the plan. */
  act(process: number): void {
    const { active, index, history, now } = this.#role;
    if (active === null) return;
    const performer = new Performer(this.#host, { name: `p${index}`, history, now }, process);
    const actor = this.#actor(performer);
    performer.begin(active, (activity) => activityKindOf(activity).run(activity, actor));
  }

  sendSteadily(): void {
    if (this.#silences === 0) this.#send(null);
  }

  close(done: () => void): void {
    this.#producer.close(() => {
      this.#client.close();
      done();
    });
  }

  #open(): Producer {
    const { workload, active } = this.#role;
    const { acks, idempotent, maxInFlight, lingerMs, compression } = workload;
    const { requestTimeoutMs, deliveryTimeoutMs } = workload;
    return this.#client.producer({
      acks,
      idempotent,
      maxInFlight,
      lingerMs,
      compression,
      requestTimeoutMs,
      deliveryTimeoutMs,
      // A topic that is gone again before it was known is waited for no longer than an answer.
      ...(active === null ? {} : { maxBlockMs: Math.min(60_000, deliveryTimeoutMs) }),
    });
  }

  #send(recordBytes: number | null): void {
    const { history, index: producer, now, topics, workload } = this.#role;
    const random = this.#random;
    const names = topics();
    const topic = names[random.int(names.length)]!;
    const number = random.int(workload.keysPerProducer);
    const key = this.#chance(workload.nullKeysPerMille) ? null : number;
    const send = history.invokeSend({
      producer,
      incarnation: this.#incarnation,
      topic,
      key: key === null ? null : this.#keys.text(key),
      acks: workload.acks,
      invokedUs: now(),
    });
    const content = this.#content(send.value, recordBytes ?? workload.recordBytes);
    const bytes = key === null ? null : this.#keys.bytes(key);
    const createdMs = this.#host.clock.wallMs();
    this.#producer.send({ topic, key: bytes, ...content }, (error, receipt) => {
      if (error === null) {
        const { topic, topicId, partition: at, offset, timestamp } = receipt!;
        const partition = history.nameOf(topic, at, topicId);
        // A broker that has the batch already answers with the newest time in it (as Kafka's does).
        history.acknowledge(send, now(), partition, offset, Math.min(createdMs, timestamp));
      } else fail(this.#role, send, error);
    });
  }

  /** Drawn only where the workload has such records. */
  #chance(perMille: number | undefined): boolean {
    return perMille !== undefined && perMille > 0 && this.#random.int(1000) < perMille;
  }

  #content(value: number, sizeBytes: number): Pick<ProducerRecord, 'value' | 'headers'> {
    const { workload } = this.#role;
    const isNull = this.#chance(workload.nullValuesPerMille);
    const bytes = encodeValue(value, isNull ? 0 : sizeBytes);
    const count = workload.headers ?? 0;
    if (count === 0 && !isNull) return { value: bytes };
    const headers: RecordHeader[] = Array.from({ length: count }, (_, at) => ({
      key: `h${at}`,
      value: at % 2 === 0 ? null : bytes.subarray(0, at),
    }));
    if (isNull) headers.push({ key: valueHeader, value: bytes });
    return { value: isNull ? null : bytes, headers };
  }

  #actor(performer: Performer): ProducerActor {
    return {
      ...performer.actor(this.#client.admin()),
      silent: () => {
        this.#silences++;
      },
      loud: () => {
        this.#silences--;
      },
      send: (recordBytes) => {
        if (!this.#role.finished()) this.#send(recordBytes);
      },
      renew: () => {
        this.#producer.close();
        this.#incarnation = this.#nextIncarnation();
        this.#producer = this.#open();
      },
    };
  }
}

function fail(role: ProducerRole, send: Send, error: ClientError): void {
  const outcome = error.outcome === 'failed' ? 'fail' : 'info';
  const cause = error.code === errorCode.none ? error.kind : errorName(error.code);
  role.history.failSend(send, role.now(), outcome, { error: error.message, cause });
}

function meanIntervalUs(workload: Workload): Micros {
  return Math.floor((microsPerSecond * workload.producers) / workload.recordsPerSecond);
}

/**
 * Acts again and again, between half and one and a half times the mean interval apart, until
 * finished.
 */
function every(host: Host, meanUs: Micros, finished: () => boolean, act: () => void): void {
  const random = host.random.stream('pace');
  const step = (): void => {
    if (finished()) return;
    act();
    host.timers.after(Math.floor(meanUs / 2) + random.int(meanUs + 1), step);
  };
  host.timers.after(random.int(meanUs + 1), step);
}

/** A producer's keys by number, each made when it is first used. */
class Keys {
  readonly #prefix: string;
  readonly #texts: string[] = [];
  readonly #bytes: Uint8Array[] = [];

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  text(key: number): string {
    this.#texts[key] ??= `${this.#prefix}${key}`;
    return this.#texts[key];
  }

  bytes(key: number): Uint8Array {
    this.#bytes[key] ??= asciiBytes(this.text(key));
    return this.#bytes[key];
  }
}

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
