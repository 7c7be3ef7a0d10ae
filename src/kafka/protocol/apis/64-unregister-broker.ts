/**
 * UnregisterBroker: takes a broker out of the cluster’s metadata. Version 0, flexible.
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { defineApi, int16, int32, string } from '../schema.ts';

export const unregisterBrokerApi = defineApi({
  key: 64,
  name: 'UnregisterBroker',
  versions: [0, 0],
  flexibleFrom: 0,
  request: {
    brokerId: int32(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: true }),
  },
});

export type UnregisterBrokerRequest = RequestOf<typeof unregisterBrokerApi>;
export type UnregisterBrokerResponse = ResponseOf<typeof unregisterBrokerApi>;
