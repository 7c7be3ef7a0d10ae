/** Makes a topic, says what there is, and removes it. */
const { Kafka, logLevel } = require('kafkajs');

async function main() {
  const brokers = process.env.BROKERS.split(',');
  const admin = new Kafka({ clientId: 'admin', brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'made', numPartitions: 2, replicationFactor: 3 }] });
  console.log('topics', (await admin.listTopics()).join(' '));
  const { brokers: nodes } = await admin.describeCluster();
  console.log(
    'brokers',
    nodes
      .map(({ nodeId }) => nodeId)
      .sort()
      .join(' '),
  );
  const offsets = await admin.fetchTopicOffsets('made');
  console.log(
    'offsets',
    offsets
      .map(({ partition, offset }) => `${partition}:${offset}`)
      .sort()
      .join(' '),
  );
  await admin.deleteTopics({ topics: ['made'] });
  console.log('topics', (await admin.listTopics()).join(' '));
  await admin.disconnect();
}

main();
