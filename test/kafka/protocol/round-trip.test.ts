import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from '../../../src/kafka/protocol/message.ts';
import { fieldsArbitrary, messageVersions } from './arbitraries.ts';

const runs = { numRuns: 8 };
const withoutLength = (frame: Uint8Array): Uint8Array => {
  expect(new DataView(frame.buffer, frame.byteOffset).getInt32(0)).toBe(frame.length - 4);
  return frame.subarray(4);
};

describe('every message in every version', () => {
  const correlation = fc.nat();

  it.each(messageVersions.filter(({ api, message }) => message === api.request))(
    'comes back as it was sent: $label',
    ({ api, message, version }) => {
      const client = fc.option(fc.string({ unit: 'grapheme' }));
      const body = fieldsArbitrary(message.fields, version);
      fc.assert(
        fc.property(correlation, client, body, (correlationId, clientId, sent) => {
          const frame = withoutLength(encodeRequest(api, version, correlationId, clientId, sent));
          const header = { apiKey: api.key, apiVersion: version, correlationId };
          expect(decodeRequestHeader(frame)).toEqual(header);
          expect(decodeRequest(api, version, frame)).toEqual({ clientId, body: sent });
        }),
        runs,
      );
    },
  );

  it.each(messageVersions.filter(({ api, message }) => message === api.response))(
    'comes back as it was sent: $label',
    ({ api, message, version }) => {
      const body = fieldsArbitrary(message.fields, version);
      fc.assert(
        fc.property(correlation, body, (correlationId, sent) => {
          const frame = withoutLength(encodeResponse(api, version, correlationId, sent));
          expect(decodeResponse(api, version, frame)).toEqual({ correlationId, body: sent });
        }),
        runs,
      );
    },
  );
});
