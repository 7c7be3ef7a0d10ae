/** Reads a topic as a member of a group and says what it reads. */
import { Consumer, stringDeserializers } from '@platformatic/kafka';

const [name, topic, groupId] = process.argv.slice(2);
const consumer = new Consumer({
  clientId: name,
  groupId,
  bootstrapBrokers: process.env.BROKERS.split(','),
  deserializers: stringDeserializers,
  sessionTimeout: 10_000,
  retries: 60,
  retryDelay: 500,
});
process.on('SIGTERM', () => consumer.close(true).then(() => process.exit(0)));
const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: 1000 });
stream.on('error', (error) => console.log('error', error.message));
for await (const { value, partition, offset } of stream) {
  console.log(`read ${value} ${partition}:${offset}`);
}
