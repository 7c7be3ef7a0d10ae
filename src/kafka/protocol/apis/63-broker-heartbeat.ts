/**
 * BrokerHeartbeat: keeps a broker’s session, asks to be unfenced or to shut down (KIP-631).
 * Versions 0–2, all flexible.
 * - 1: log directories that failed
 * - 2: log directories that take no new partitions
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOf, bool, defineApi, int16, int32, int64, uuid } from '../schema.ts';

export const brokerHeartbeatApi = defineApi({
  key: 63,
  name: 'BrokerHeartbeat',
  versions: [0, 2],
  flexibleFrom: 0,
  request: {
    brokerId: int32(),
    brokerEpoch: int64({ default: -1 }),
    currentMetadataOffset: int64(),
    wantFence: bool(),
    wantShutDown: bool(),
    offlineLogDirs: arrayOf(uuid(), { since: 1, tag: 0 }),
    cordonedLogDirs: arrayOf(uuid(), { since: 2, nullable: true, default: null, tag: 1 }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    isCaughtUp: bool({ default: false }),
    isFenced: bool({ default: true }),
    shouldShutDown: bool(),
  },
});

export type BrokerHeartbeatRequest = RequestOf<typeof brokerHeartbeatApi>;
export type BrokerHeartbeatResponse = ResponseOf<typeof brokerHeartbeatApi>;
