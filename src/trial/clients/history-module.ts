/**
 * The trial's history as a module that foreign clients import: what they send and read goes through
 * it, so that the same checkers judge them as judge the workload of our own. What a client cannot
 * say of a failed send counts as unknown.
 */
import type { Micros, Offset } from '../../base/ids.ts';
import type { Host } from '../../host/host.ts';
import type { History, Send } from '../history/history.ts';

export interface HistoryModuleOptions {
  readonly history: History;
  /** Virtual time of the world. */
  readonly now: () => Micros;
  /** True from the moment when no more records are to be sent. */
  readonly finished: () => boolean;
  /** Which producer or consumer of the history this machine is, counted from 1. */
  readonly index: number;
  readonly acks: Send['acks'];
}

/** What foreign code imports. */
export interface HistoryModule {
  finished(): boolean;
  /** Begins a send; its text is the value that the record must have. */
  send(topic: string, key: string | null): RecordedSend;
  /** A consumer's position was set anew: it has joined, or gone somewhere. */
  newSession(): void;
  read(
    topic: string,
    partition: number,
    offsets: readonly Offset[],
    texts: readonly string[],
  ): void;
}

export interface RecordedSend {
  readonly text: string;
  acknowledged(topic: string, partition: number, offset: Offset): void;
  failed(error: Error): void;
}

const digits = 10;

/** One for each client's machine; gives the module for each of its processes. */
export function historyModule(options: HistoryModuleOptions): (host: Host) => HistoryModule {
  const { history, now, finished, index, acks } = options;
  const counts = { incarnations: 0, sessions: 0 };
  // Such clients do not know the ids of topics, so a trial with them makes each topic once.
  const partitionOf = (topic: string, at: number): string => `${topic}-${at}`;
  return () => {
    const incarnation = counts.incarnations++;
    let session = counts.sessions++;
    if (incarnation > 0) history.abandonPending(index, now());
    return {
      finished,
      send(topic, key) {
        const send = history.invokeSend({
          producer: index,
          incarnation,
          topic,
          key,
          acks,
          invokedUs: now(),
        });
        return {
          text: String(send.value).padStart(digits, '0'),
          acknowledged: (topic, partition, offset) =>
            history.acknowledge(send, now(), partitionOf(topic, partition), offset),
          failed: ({ name, message }) =>
            history.failSend(send, now(), 'info', { error: message, cause: name }),
        };
      },
      newSession() {
        session = counts.sessions++;
      },
      read(topic, at, offsets, texts) {
        const values = texts.map((text) => Number(text.slice(0, digits)));
        const partition = partitionOf(topic, at);
        const read = { consumer: index, stay: null, session, phase: 'workload' } as const;
        history.poll({ ...read, partition, atUs: now(), offsets, values });
      },
    };
  };
}
