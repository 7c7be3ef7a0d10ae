/** Sends records by kafkajs, one after another, and writes into the trial's history what became of them. */
const { Kafka, logLevel } = require('kafkajs');
const history = require('trial:history');

const [name, topic, pauseMs] = process.argv.slice(2);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function main() {
  const brokers = process.env.BROKERS.split(',');
  const retry = { retries: 20, maxRetryTime: 2000 };
  const kafka = new Kafka({ clientId: name, brokers, retry, logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ idempotent: true, retry });
  await producer.connect();
  for (let count = 0; !history.finished(); count++) {
    const key = `${name}-${count % 7}`;
    const send = history.send(key);
    try {
      const messages = [{ key, value: send.text }];
      const [{ partition, baseOffset }] = await producer.send({ topic, acks: -1, messages });
      send.acknowledged(topic, partition, Number(baseOffset));
    } catch (error) {
      send.failed(error);
    }
    await pause(Number(pauseMs));
  }
  setInterval(() => {}, 60_000);
}

main();
