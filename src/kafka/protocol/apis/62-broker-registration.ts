/**
 * BrokerRegistration: a starting broker makes itself known to the controller (KIP-631). Versions
 * 0–4, all flexible.
 * - 1: migration from ZooKeeper
 * - 2: log directories (KIP-858)
 * - 3: the epoch of a broker that was shut down cleanly; any other means an unclean shutdown
 *   (KIP-966)
 * - 4: features may start at version 0
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import {
  arrayOf,
  arrayOfStructs,
  bool,
  defineApi,
  int16,
  int32,
  int64,
  string,
  uint16,
  uuid,
} from '../schema.ts';

export const brokerRegistrationApi = defineApi({
  key: 62,
  name: 'BrokerRegistration',
  versions: [0, 4],
  flexibleFrom: 0,
  request: {
    brokerId: int32(),
    clusterId: string(),
    incarnationId: uuid(),
    listeners: arrayOfStructs({
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
    isMigratingZkBroker: bool({ since: 1, default: false }),
    logDirs: arrayOf(uuid(), { since: 2 }),
    previousBrokerEpoch: int64({ since: 3, default: -1 }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    brokerEpoch: int64({ default: -1 }),
  },
});

export type BrokerRegistrationRequest = RequestOf<typeof brokerRegistrationApi>;
export type BrokerRegistrationResponse = ResponseOf<typeof brokerRegistrationApi>;
