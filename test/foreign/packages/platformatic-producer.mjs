/** Sends numbered values to a topic, one after another, and says which were acknowledged. */
import { setTimeout as pause } from 'node:timers/promises';
import { ProduceAcks, Producer, stringSerializers } from '@platformatic/kafka';

const [name, topic, count, pauseMs] = process.argv.slice(2);
const producer = new Producer({
  clientId: name,
  bootstrapBrokers: process.env.BROKERS.split(','),
  serializers: stringSerializers,
  idempotent: true,
  retries: 60,
  retryDelay: 500,
});
for (let index = 0; index < Number(count); index++) {
  const value = `${name}-${index}`;
  await producer.send({ messages: [{ topic, key: value, value }], acks: ProduceAcks.ALL });
  console.log(`sent ${value}`);
  await pause(Number(pauseMs));
}
await producer.close();
