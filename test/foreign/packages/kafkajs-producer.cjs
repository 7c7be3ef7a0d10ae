/** Sends numbered values to a topic, one after another, and says which were acknowledged. */
const { Kafka, logLevel } = require('kafkajs');

const [name, topic, count, pauseMs] = process.argv.slice(2);

async function main() {
  const brokers = process.env.BROKERS.split(',');
  const kafka = new Kafka({ clientId: name, brokers, logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ idempotent: true, retry: { retries: 30 } });
  await producer.connect();
  for (let index = 0; index < Number(count); index++) {
    const value = `${name}-${index}`;
    await producer.send({ topic, acks: -1, messages: [{ key: value, value }] });
    console.log(`sent ${value}`);
    await new Promise((resolve) => setTimeout(resolve, Number(pauseMs)));
  }
  await producer.disconnect();
}

main();
