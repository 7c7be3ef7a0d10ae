/**
 * RegisterBroker: a broker process made itself known; it starts out fenced. A second one of the
 * same incarnation changes the first and keeps its epoch. 1: controlled shutdown. 2: a ZooKeeper
 * mark, always false. 3: log dirs.
 */
import { defineRecord, type RecordOf } from '../../protocol/record-schema.ts';
import {
  arrayOf,
  arrayOfStructs,
  bool,
  int16,
  int32,
  int64,
  string,
  uint16,
  uuid,
} from '../../protocol/schema.ts';

export const registerBrokerRecord = defineRecord({
  key: 0,
  name: 'RegisterBrokerRecord',
  versions: [0, 3],
  fields: {
    brokerId: int32(),
    isMigratingZkBroker: bool({ since: 2, default: false }),
    incarnationId: uuid(),
    brokerEpoch: int64(),
    endPoints: arrayOfStructs({
      name: string(),
      host: string(),
      port: uint16(),
      securityProtocol: int16(),
    }),
    features: arrayOfStructs({
      name: string(),
      minSupportedVersion: int16(),
      maxSupportedVersion: int16(),
    }),
    rack: string({ nullable: true }),
    fenced: bool({ default: true }),
    inControlledShutdown: bool({ since: 1, default: false }),
    logDirs: arrayOf(uuid(), { since: 3, tag: 0 }),
  },
});

export type RegisterBrokerRecord = RecordOf<typeof registerBrokerRecord>;
