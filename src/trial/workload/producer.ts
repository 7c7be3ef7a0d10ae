/**
 * A program that sends records at a steady mean rate and writes into the history what became of
 * each.
 */
import type { Micros } from '../../base/ids.ts';
import { microsPerSecond } from '../../base/time.ts';
import type { Host, Program } from '../../host/host.ts';
import type { Address } from '../../host/network.ts';
import { KafkaClient } from '../../kafka/client/client.ts';
import type { ClientError } from '../../kafka/client/errors.ts';
import { type ClientRules, clientRules } from '../../kafka/client/rules.ts';
import { errorCode, errorName } from '../../kafka/protocol/errors.ts';
import type { History, Send } from '../history/history.ts';
import type { Workload } from '../scenario/scenario.ts';
import { clientRulesOf } from '../scenario/wrong-client-rules.ts';
import { encodeValue } from './values.ts';

export interface ProducerRole {
  readonly index: number;
  readonly workload: Workload;
  readonly topics: readonly string[];
  readonly bootstrap: readonly Address[];
  /** In place of the right ones and of those that the workload names. */
  readonly rules: Partial<ClientRules>;
  readonly history: History;
  /** Virtual time of the world: a machine's own clocks may be wrong. */
  readonly now: () => Micros;
  /** True from the moment when no more records are to be sent. */
  readonly finished: () => boolean;
}

/** `stop` waits for what is under way, then exits with 0. */
export function producerProgram(role: ProducerRole): Program {
  let incarnations = 0;
  const rules = { ...clientRules, ...clientRulesOf(role.workload.wrongRules), ...role.rules };
  return (host) => {
    const incarnation = incarnations++;
    if (incarnation > 0) role.history.abandonPending(role.index, role.now());
    const { workload, bootstrap } = role;
    const client = new KafkaClient({ host, clientId: `p${role.index}`, bootstrap, rules });
    const producer = client.producer({
      acks: workload.acks,
      idempotent: workload.idempotent,
      maxInFlight: workload.maxInFlight,
      lingerMs: workload.lingerMs,
      compression: workload.compression,
      requestTimeoutMs: workload.requestTimeoutMs,
      deliveryTimeoutMs: workload.deliveryTimeoutMs,
    });
    const random = host.random.stream('workload');
    const keys = new Keys(`p${role.index}-`);

    const sendOne = (): void => {
      const topic = role.topics[random.int(role.topics.length)]!;
      const key = random.int(workload.keysPerProducer);
      const send = role.history.invokeSend({
        producer: role.index,
        incarnation,
        key: keys.text(key),
        acks: workload.acks,
        invokedUs: role.now(),
      });
      const value = encodeValue(send.value, workload.recordBytes);
      producer.send({ topic, key: keys.bytes(key), value }, (error, receipt) => {
        if (error === null) {
          const partition = role.history.nameOf(receipt!.topic, receipt!.partition);
          role.history.acknowledge(send, role.now(), partition, receipt!.offset);
        } else fail(role, send, error);
      });
    };
    every(host, meanIntervalUs(workload), role.finished, sendOne);

    return {
      stop() {
        producer.close(() => {
          client.close();
          host.exit(0, 'all records are answered');
        });
      },
    };
  };
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
