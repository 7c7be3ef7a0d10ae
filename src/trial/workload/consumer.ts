/**
 * A program that reads every partition from its beginning and writes into the history what it was
 * given.
 */
import type { Micros } from '../../base/ids.ts';
import type { Program } from '../../host/host.ts';
import type { Address } from '../../host/network.ts';
import { KafkaClient } from '../../kafka/client/client.ts';
import { type ClientRules, clientRules } from '../../kafka/client/rules.ts';
import type { StoredRecord } from '../../kafka/records/reader.ts';
import type { History } from '../history/history.ts';
import { decodeValue } from './values.ts';

export interface TopicPartitions {
  readonly name: string;
  readonly partitions: number;
}

export interface ConsumerRole {
  readonly index: number;
  readonly topics: readonly TopicPartitions[];
  readonly bootstrap: readonly Address[];
  /** In place of the right ones. */
  readonly rules: Partial<ClientRules>;
  readonly history: History;
  readonly now: () => Micros;
}

export function consumerProgram(role: ConsumerRole): Program {
  let sessions = 0;
  const rules = { ...clientRules, ...role.rules };
  return (host) => {
    const session = sessions++;
    const { bootstrap } = role;
    const client = new KafkaClient({ host, clientId: `c${role.index}`, bootstrap, rules });
    const consumer = client.consumer({
      autoOffsetReset: 'earliest',
      onRecords(topic, index, records) {
        const { offsets, values } = columns(records);
        const consumer = role.index;
        const phase = 'workload';
        const partition = role.history.nameOf(topic, index);
        const atUs = role.now();
        role.history.poll({ consumer, session, phase, partition, atUs, offsets, values });
      },
    });
    consumer.assign(everyPartition(role.topics));
    return {
      stop() {
        client.close();
        host.exit(0, 'asked to stop');
      },
    };
  };
}

export function everyPartition(
  topics: readonly TopicPartitions[],
): { topic: string; partition: number; from: 'earliest' }[] {
  return topics.flatMap(({ name, partitions }) =>
    Array.from({ length: partitions }, (_, partition) => ({
      topic: name,
      partition,
      from: 'earliest' as const,
    })),
  );
}

/** Offsets and values apart, as a history keeps them. */
export function columns(records: readonly StoredRecord[]): { offsets: number[]; values: number[] } {
  const offsets: number[] = new Array(records.length);
  const values: number[] = new Array(records.length);
  for (let i = 0; i < records.length; i++) {
    offsets[i] = records[i]!.offset;
    values[i] = decodeValue(records[i]!.value);
  }
  return { offsets, values };
}
