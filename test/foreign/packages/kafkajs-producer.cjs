const { Kafka, logLevel } = require('kafkajs');

async function main() {
  const kafka = new Kafka({ clientId: 'p', brokers: ['m1:9092'], logLevel: logLevel.INFO });
  const producer = kafka.producer();
  await producer.connect();
  const [{ errorCode, baseOffset }] = await producer.send({
    topic: 't',
    acks: -1,
    messages: [{ key: 'k', value: 'v' }],
  });
  console.log(`sent ${errorCode} ${baseOffset}`);
  await producer.disconnect();
}

main();
