import { describe, expect, it } from 'vitest';
import { zeroUuid } from '../../../src/base/ids.ts';
import { produceApi } from '../../../src/kafka/protocol/apis/00-produce.ts';
import { metadataApi } from '../../../src/kafka/protocol/apis/03-metadata.ts';
import { initProducerIdApi } from '../../../src/kafka/protocol/apis/22-init-producer-id.ts';
import { apis } from '../../../src/kafka/protocol/apis.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from '../../../src/kafka/protocol/message.ts';
import type { Request } from '../../../src/kafka/rpc/contract.ts';
import { errorAnswer } from '../../../src/kafka/rpc/error-answers.ts';
import { defaultsOf } from '../protocol/arbitraries.ts';
import { echo, Fixture } from './fixture.ts';
import { RawPeer } from './raw-peer.ts';

const ask = (id: number): Uint8Array =>
  encodeRequest(initProducerIdApi, 4, id, 'raw', {
    transactionalId: null,
    transactionTimeoutMs: id,
  });

/** A server whose handler throws at requests of id 13, and what it was told of. */
function failing(handle: (request: Request) => void) {
  const fixture = new Fixture();
  const failures: string[] = [];
  fixture.serve(handle, {
    onFailure: (doing, error) => failures.push(`${doing}: ${(error as Error).message}`),
  });
  return { fixture, failures, peer: new RawPeer(fixture) };
}

const codeOf = (frame: Uint8Array | undefined): number =>
  decodeResponse(initProducerIdApi, 4, frame ?? new Uint8Array(0)).body.errorCode;

describe('a request whose handling throws', () => {
  it('is answered UNKNOWN_SERVER_ERROR, reported, and the next one is served', () => {
    const { failures, peer } = failing((request) => {
      if (request.correlationId === 13) throw new Error('a bug');
      echo(request);
    });
    peer.write(ask(13)).write(ask(2));
    expect(peer.received.map(codeOf)).toEqual([errorCode.unknownServerError, 0]);
    expect(failures).toEqual(['InitProducerId v4 of client:1: a bug']);
    expect(peer.closed).toBeNull();
  });

  it('fails alone where it throws in a later event that it had guarded', () => {
    const { fixture, failures, peer } = failing((request) => {
      const later = request.guard(() => {
        throw new Error('later');
      });
      fixture.world.after(10, later);
    });
    peer.write(ask(1));
    expect([codeOf(peer.received[0]), failures.length]).toEqual([errorCode.unknownServerError, 1]);
  });

  it('is answered with an error where its answer cannot be encoded', () => {
    const { failures, peer } = failing((request) => {
      request.respond({ errorCode: 0, producerId: 1.5, producerEpoch: 'none' });
    });
    peer.write(ask(1));
    expect([codeOf(peer.received[0]), failures.length]).toEqual([errorCode.unknownServerError, 1]);
  });

  it('is only reported where it was answered already', () => {
    const { failures, peer } = failing((request) => {
      echo(request);
      echo(request);
    });
    peer.write(ask(1)).write(ask(2));
    expect([peer.answers, failures.length, peer.closed]).toEqual([[1, 2], 2, null]);
  });

  it('ends its connection where no answer could carry the error', () => {
    const { failures, peer } = failing(() => {
      throw new Error('a bug');
    });
    // A name that decodes to more bytes than it had cannot be told back where sizes are short.
    const frame = encodeRequest(metadataApi, 1, 1, null, {
      topics: [{ name: 'x'.repeat(32_000) }],
    });
    frame.fill(0xff, frame.length - 32_000);
    peer.fixture.server?.close();
    peer.fixture.serve(
      () => {
        throw new Error('a bug');
      },
      {
        maxRequestBytes: 100_000,
        onFailure: () => failures.push('reported'),
      },
    );
    const other = new RawPeer(peer.fixture).write(frame);
    expect([other.received.length, other.closed, failures]).toEqual([0, 'ended', ['reported']]);
  });

  it('ends its connection where nobody waits for an answer: acks=0', () => {
    const { peer } = failing(() => {
      throw new Error('a bug');
    });
    peer.write(encodeRequest(produceApi, 9, 1, null, { acks: 0, timeoutMs: 1, topicData: [] }));
    expect([peer.received.length, peer.closed]).toEqual([0, 'ended']);
  });

  it('surfaces as an exception where nobody wants to be told', () => {
    const fixture = new Fixture();
    fixture.serve(() => {
      throw new Error('a bug');
    });
    expect(() => new RawPeer(fixture).write(ask(1))).toThrow('a bug');
  });
});

describe('every API in every version', () => {
  const versions = apis.flatMap((api) =>
    Array.from({ length: api.maxVersion - api.minVersion + 1 }, (_, i) => ({
      api,
      version: api.minVersion + i,
    })),
  );

  it.each(versions)(
    'has an answer that carries an error: $api.name v$version',
    ({ api, version }) => {
      const frame = encodeRequest(api, version, 1, null, exampleOf(api.request.fields, version));
      const { body } = decodeRequest(api, version, frame, 4);
      const answer = errorAnswer(api, version, body, errorCode.unknownServerError);
      const bytes = encodeResponse(api, version, 1, answer);
      const decoded = JSON.stringify(decodeResponse(api, version, bytes, 4).body);
      expect(decoded).toMatch(/"[a-zA-Z]*[eE]rrorCode":-1/);
    },
  );
});

const examples: { readonly [type: string]: unknown } = { string: 'a', uuid: zeroUuid, int32: 0 };

type Fields = (typeof apis)[number]['request']['fields'];

/** A request with one thing of each kind in it. */
function exampleOf(fields: Fields, version: number): Record<string, unknown> {
  const body = defaultsOf(fields);
  for (const [name, field] of Object.entries(fields)) {
    if (version < field.since || version > field.until) continue;
    if (field.type === 'bytes') body[name] = new Uint8Array(0);
    const { element } = field;
    if (element === null) continue;
    body[name] = [
      element.type === 'struct' ? exampleOf(element.fields ?? {}, version) : examples[element.type],
    ];
  }
  // Without acknowledgement there is no answer.
  return 'acks' in body ? { ...body, acks: 1 } : body;
}
