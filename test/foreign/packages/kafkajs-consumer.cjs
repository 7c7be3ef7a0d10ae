/** Reads a topic as a member of a group and says what it reads. */
const { Kafka, logLevel } = require('kafkajs');

const [name, topic, groupId] = process.argv.slice(2);

async function main() {
  const brokers = process.env.BROKERS.split(',');
  const kafka = new Kafka({ clientId: name, brokers, logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId, sessionTimeout: 10_000, retry: { retries: 30 } });
  process.on('SIGTERM', () => consumer.disconnect().then(() => process.exit(0)));
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      console.log(`read ${message.value} ${partition}:${message.offset}`);
    },
  });
}

main();
