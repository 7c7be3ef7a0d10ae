/**
 * A program that reads every partition from its beginning up to where its high watermark was when
 * it started: whatever was acknowledged before must come up. It exits when all partitions are read
 * to their ends.
 */
import type { Micros, Offset } from '../../base/ids.ts';
import { microsPerSecond } from '../../base/time.ts';
import type { Program } from '../../host/host.ts';
import type { Address } from '../../host/network.ts';
import type { Timers } from '../../host/timers.ts';
import { KafkaClient } from '../../kafka/client/client.ts';
import type { History } from '../history/history.ts';
import { columns, everyPartition, type TopicPartitions } from './consumer.ts';

export interface FinalReaderRole {
  /** Number of this consumer in the history, after those of the workload. */
  readonly index: number;
  readonly topics: readonly TopicPartitions[];
  readonly bootstrap: readonly Address[];
  readonly history: History;
  readonly now: () => Micros;
  /** All partitions are read to their ends (null), or why they cannot be. */
  readonly onDone: (problem: string | null) => void;
}

export function finalReaderProgram(role: FinalReaderRole): Program {
  return (host) => {
    const client = new KafkaClient({ host, clientId: 'final', bootstrap: role.bootstrap });
    const end = (problem: string | null): void => {
      client.close();
      role.onDone(problem);
      host.exit(0, 'done');
    };
    readEverything(client, role, host.timers).then(
      () => end(null),
      (error: Error) => end(error.message),
    );
    return { stop: () => host.exit(0, 'asked to stop') };
  };
}

/** How often it looks whether retention has taken what it still waits for. */
const lookEveryUs = microsPerSecond;

async function readEverything(
  client: KafkaClient,
  role: FinalReaderRole,
  timers: Timers,
): Promise<void> {
  const partitions = everyPartition(role.topics);
  const admin = client.admin();
  const list = (at: 'earliest' | 'latest') =>
    admin.listOffsets(partitions.map(({ topic, partition }) => ({ topic, partition, at })));
  /** The end of each partition that is not yet read. */
  const left = new Map<string, Offset>();
  for (const { topic, partition, offset } of await list('latest')) {
    left.set(`${topic}-${partition}`, offset);
    role.history.finalRead({ partition: `${topic}-${partition}`, end: offset });
  }
  /** Retention may take what is left before it is read; an empty partition has nothing to read. */
  const dropDeleted = async (): Promise<void> => {
    for (const { topic, partition, offset } of await list('earliest')) {
      const name = `${topic}-${partition}`;
      if (offset >= (left.get(name) ?? 0)) left.delete(name);
    }
  };
  await dropDeleted();
  if (left.size === 0) return;
  await new Promise<void>((resolve, reject) => {
    const consumer = client.consumer({
      autoOffsetReset: 'earliest',
      onError: (error, topic, partition) =>
        reject(new Error(`${topic}-${partition}: ${error.message}`)),
      onRecords(topic, partition, records, topicId) {
        const name = `${topic}-${partition}`;
        const atUs = role.now();
        role.history.poll({
          consumer: role.index,
          stay: null,
          session: 0,
          phase: 'final',
          partition: role.history.nameOf(topic, partition, topicId),
          atUs,
          ...columns(records),
        });
        if (records.at(-1)!.offset + 1 >= (left.get(name) ?? 0)) left.delete(name);
        if (left.size === 0) resolve();
      },
    });
    consumer.assign(partitions);
    const look = (): void => {
      dropDeleted().then(() => {
        if (left.size === 0) resolve();
        else timers.after(lookEveryUs, look);
      }, reject);
    };
    timers.after(lookEveryUs, look);
  });
}
