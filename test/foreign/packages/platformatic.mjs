import {
  Admin,
  Consumer,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka';

const bootstrapBrokers = ['m1:9092'];
const producer = new Producer({ clientId: 'p', bootstrapBrokers, serializers: stringSerializers });
const result = await producer.send({
  messages: [
    { topic: 't', key: 'a', value: 'one' },
    { topic: 't', key: 'b', value: 'two' },
  ],
});
console.log(
  'sent',
  JSON.stringify(result, (_, value) => (typeof value === 'bigint' ? Number(value) : value)),
);
await producer.close();

const consumer = new Consumer({
  clientId: 'c',
  groupId: 'g',
  bootstrapBrokers,
  deserializers: stringDeserializers,
});
const stream = await consumer.consume({ topics: ['t'], mode: 'earliest', autocommit: true });
let count = 0;
for await (const message of stream) {
  console.log('read', message.key, message.value, Number(message.offset));
  if (++count === 2) break;
}
await consumer.close(true);
const admin = new Admin({ clientId: 'a', bootstrapBrokers });
console.log(await admin.listTopics());
await admin.close();
