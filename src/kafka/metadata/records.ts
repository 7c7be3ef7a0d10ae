/**
 * The metadata log's vocabulary: every record type a controller writes, as one closed union.
 * Written in the newest version of its table; read in any that the table knows. A record of an
 * unknown type, or bytes that are none, mean a log of other software or a damaged one:
 * MalformedError.
 */
import { MalformedError } from '../protocol/malformed.ts';
import { type RecordSchema, recordHeader } from '../protocol/record-schema.ts';
import { type RegisterBrokerRecord, registerBrokerRecord } from './records/00-register-broker.ts';
import {
  type UnregisterBrokerRecord,
  unregisterBrokerRecord,
} from './records/01-unregister-broker.ts';
import { type TopicRecord, topicRecord } from './records/02-topic.ts';
import { type PartitionRecord, partitionRecord } from './records/03-partition.ts';
import { type ConfigRecord, configRecord } from './records/04-config.ts';
import {
  type PartitionChangeRecord,
  partitionChangeRecord,
} from './records/05-partition-change.ts';
import { type RemoveTopicRecord, removeTopicRecord } from './records/09-remove-topic.ts';
import { type FeatureLevelRecord, featureLevelRecord } from './records/12-feature-level.ts';
import { type ProducerIdsRecord, producerIdsRecord } from './records/15-producer-ids.ts';
import {
  type BrokerRegistrationChangeRecord,
  brokerRegistrationChangeRecord,
} from './records/17-broker-registration-change.ts';
import { type NoOpRecord, noOpRecord } from './records/20-no-op.ts';

export type MetadataRecord =
  | { readonly type: 'register-broker'; readonly body: RegisterBrokerRecord }
  | { readonly type: 'unregister-broker'; readonly body: UnregisterBrokerRecord }
  | { readonly type: 'topic'; readonly body: TopicRecord }
  | { readonly type: 'partition'; readonly body: PartitionRecord }
  | { readonly type: 'config'; readonly body: ConfigRecord }
  | { readonly type: 'partition-change'; readonly body: PartitionChangeRecord }
  | { readonly type: 'remove-topic'; readonly body: RemoveTopicRecord }
  | { readonly type: 'feature-level'; readonly body: FeatureLevelRecord }
  | { readonly type: 'producer-ids'; readonly body: ProducerIdsRecord }
  | { readonly type: 'broker-registration-change'; readonly body: BrokerRegistrationChangeRecord }
  | { readonly type: 'no-op'; readonly body: NoOpRecord };

const schemas: { readonly [T in MetadataRecord['type']]: RecordSchema } = {
  'register-broker': registerBrokerRecord,
  'unregister-broker': unregisterBrokerRecord,
  topic: topicRecord,
  partition: partitionRecord,
  config: configRecord,
  'partition-change': partitionChangeRecord,
  'remove-topic': removeTopicRecord,
  'feature-level': featureLevelRecord,
  'producer-ids': producerIdsRecord,
  'broker-registration-change': brokerRegistrationChangeRecord,
  'no-op': noOpRecord,
};

const typeByKey: ReadonlyMap<number, MetadataRecord['type']> = new Map(
  Object.entries(schemas).map(([type, schema]) => [schema.key, type as MetadataRecord['type']]),
);

/** A record as the value of a record in the metadata log. */
export function encodeRecord(record: MetadataRecord): Uint8Array {
  const schema = schemas[record.type];
  return schema.encode(schema.maxVersion, record.body);
}

/** Throws a MalformedError. */
export function decodeRecord(bytes: Uint8Array): MetadataRecord {
  const { key } = recordHeader(bytes);
  const type = typeByKey.get(key);
  if (type === undefined) throw new MalformedError(`metadata record of unknown key ${key}`);
  return { type, body: schemas[type].decode(bytes) } as MetadataRecord;
}
