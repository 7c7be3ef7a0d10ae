/** Makes a topic, says what there is, and removes it. */
import { Admin } from '@platformatic/kafka';

const admin = new Admin({ clientId: 'admin', bootstrapBrokers: process.env.BROKERS.split(',') });
await admin.createTopics({ topics: ['made'], partitions: 2, replicas: 3 });
console.log('topics', (await admin.listTopics()).join(' '));
const { brokers } = await admin.metadata({ topics: ['made'] });
console.log('brokers', [...brokers.keys()].sort().join(' '));
await admin.deleteTopics({ topics: ['made'] });
console.log('topics', (await admin.listTopics()).join(' '));
await admin.close();
