/** A member in a process of its own, to be killed: brokers with commas, group, topic, file. */
import { runMember } from './kafkajs-member.ts';

const [brokers = '', groupId = '', topic = '', file = ''] = process.argv.slice(2);
await runMember({ brokers: brokers.split(','), groupId, topic, file });
