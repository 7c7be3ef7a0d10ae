/**
 * A consumer of kafkajs that writes a line for each record into a file before the record is
 * committed, and a line for each generation that it joins.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import kafkajs, { type PartitionAssigner } from 'kafkajs';

const { AssignerProtocol, Kafka, logLevel } = kafkajs;

export interface MemberOptions {
  readonly brokers: readonly string[];
  readonly groupId: string;
  readonly topic: string;
  readonly file: string;
}

/** Under the name that librdkafka's members have for it too: kafkajs's own is known to it alone. */
const roundRobin: PartitionAssigner = ({ cluster }) => ({
  name: 'roundrobin',
  version: 0,
  async assign({ members, topics }) {
    const ids = members.map(({ memberId }) => memberId).sort();
    return ids.map((memberId, index) => {
      const assignment = Object.fromEntries(
        topics.map((name) => {
          const all = cluster.findTopicPartitionMetadata(name);
          const indexes = all.map(({ partitionId }) => partitionId);
          return [name, indexes.filter((each) => each % ids.length === index)];
        }),
      );
      const userData = Buffer.alloc(0);
      const memberAssignment = AssignerProtocol.MemberAssignment.encode({
        version: 0,
        assignment,
        userData,
      });
      return { memberId, memberAssignment };
    });
  },
  protocol: ({ topics }) => ({
    name: 'roundrobin',
    metadata: AssignerProtocol.MemberMetadata.encode({
      version: 0,
      topics,
      userData: Buffer.alloc(0),
    }),
  }),
});

/** Joins; gives what lets it leave. */
export async function runMember(options: MemberOptions): Promise<() => Promise<void>> {
  const { brokers, file, groupId, topic } = options;
  const to = openSync(file, 'a');
  const retry = { retries: 30, maxRetryTime: 1_000 };
  const kafka = new Kafka({
    clientId: 'member',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry,
  });
  const consumer = kafka.consumer({
    groupId,
    // No broker takes less.
    sessionTimeout: 6_000,
    heartbeatInterval: 500,
    maxWaitTimeInMs: 200,
    partitionAssigners: [roundRobin],
  });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    writeSync(to, `joined ${payload.memberAssignment[topic]?.length ?? 0}\n`);
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) console.error(`a member of ${groupId} gives up:`, payload.error);
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    partitionsConsumedConcurrently: 3,
    eachBatch: async ({ batch, heartbeat, isRunning, isStale, resolveOffset }) => {
      if (!isRunning() || isStale()) return;
      const { messages, partition } = batch;
      const lines = messages.map(({ offset, value }) => `${partition} ${offset} ${value}\n`);
      writeSync(to, lines.join(''));
      for (const { offset } of messages) resolveOffset(offset);
      await heartbeat();
    },
  });
  return async () => {
    await consumer.disconnect();
    closeSync(to);
  };
}
