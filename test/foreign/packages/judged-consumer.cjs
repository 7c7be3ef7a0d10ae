/** Reads a topic by kafkajs as a member of a group, and writes into the trial's history what it reads. */
const { Kafka, logLevel } = require('kafkajs');
const history = require('trial:history');

const [name, topic, groupId] = process.argv.slice(2);

async function main() {
  const brokers = process.env.BROKERS.split(',');
  const kafka = new Kafka({ clientId: name, brokers, logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId, sessionTimeout: 10_000, retry: { retries: 50 } });
  consumer.on(consumer.events.GROUP_JOIN, () => history.newSession());
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachBatch: async ({ batch }) => {
      const offsets = batch.messages.map(({ offset }) => Number(offset));
      const texts = batch.messages.map(({ value }) => value.toString());
      history.read(batch.topic, batch.partition, offsets, texts);
    },
  });
}

main();
