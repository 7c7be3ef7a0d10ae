import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssertionError } from '../../../src/base/assert.ts';
import type { Host } from '../../../src/host/host.ts';
import type { Points } from '../../../src/host/points.ts';
import { apiVersionsApi } from '../../../src/kafka/protocol/apis/18-api-versions.ts';
import { initProducerIdApi } from '../../../src/kafka/protocol/apis/22-init-producer-id.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { decodeResponse, encodeRequest } from '../../../src/kafka/protocol/message.ts';
import type { Request } from '../../../src/kafka/rpc/contract.ts';
import { echo, Fixture, second, served } from './fixture.ts';
import { RawPeer } from './raw-peer.ts';

const ask = (id: number): Uint8Array =>
  encodeRequest(initProducerIdApi, 4, id, 'raw', {
    transactionalId: null,
    transactionTimeoutMs: id,
  });
const both = (...frames: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(frames));

describe('a server', () => {
  it('tells all of a request', () => {
    const fixture = new Fixture();
    const seen: object[] = [];
    fixture.serve((request) => {
      const { api, version, correlationId, session, body } = request;
      const { clientId, connectionId, listener, peer } = session;
      seen.push({ api, version, correlationId, clientId, connectionId, listener, peer, body });
      echo(request);
    });
    expect(new RawPeer(fixture).write(ask(7)).answers).toEqual([7]);
    expect(seen).toEqual([
      {
        api: initProducerIdApi,
        version: 4,
        correlationId: 7,
        clientId: 'raw',
        connectionId: 'broker-1',
        listener: 'broker',
        peer: 'client:1',
        body: { transactionalId: null, transactionTimeoutMs: 7, producerId: -1, producerEpoch: -1 },
      },
    ]);
  });

  it('handles one request at a time per connection and answers in order', () => {
    const fixture = new Fixture();
    const held: Request[] = [];
    fixture.serve((request) => held.push(request));
    const peer = new RawPeer(fixture).write(both(ask(1), ask(2)));
    const other = new RawPeer(fixture).write(ask(3));
    expect(held.map(({ correlationId }) => correlationId)).toEqual([1, 3]);
    for (const request of [...held]) echo(request);
    fixture.world.run();
    expect([peer.answers, other.answers, held.length]).toEqual([[1], [3], 3]);
  });

  it('handles a request that waited for a thread, though its sender is gone', () => {
    const fixture = new Fixture();
    const handled: number[] = [];
    const queue: (() => void)[] = [];
    const points: Points = { pass: (name, then) => name === 'request-queued' && queue.push(then) };
    const take = (request: Request): void => {
      handled.push(request.correlationId);
      echo(request);
    };
    const host = Object.create(fixture.world.host('server'), { points: { value: points } });
    fixture.serve(take, {}, host as Host);
    const peer = new RawPeer(fixture).write(ask(1));
    peer.close();
    fixture.world.run();
    expect([handled, queue.length]).toEqual([[], 1]);
    queue[0]!();
    expect([handled, peer.answers]).toEqual([[1], []]);
  });

  it('handles a long pipeline of requests that are answered at once', () => {
    const fixture = new Fixture();
    fixture.serve();
    const ids = Array.from({ length: 5000 }, (_, i) => i);
    expect(new RawPeer(fixture).write(both(...ids.map(ask))).answers).toEqual(ids);
  });

  it('stops reading while its queue is full, and goes on when it is not', () => {
    const fixture = new Fixture();
    const held: Request[] = [];
    fixture.serve((request) => held.push(request));
    const peer = new RawPeer(fixture);
    const [connection] = fixture.world.connections;
    for (let id = 0; id < 10; id++) {
      peer.write(ask(id));
      expect(connection?.paused).toBe(id >= 3);
    }
    for (let id = 0; id < 10; id++) {
      const next = held.shift();
      next && echo(next);
      fixture.world.run();
    }
    expect(peer.answers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(connection?.paused).toBe(false);
  });

  it('bounds its queue also when all arrives in one piece', () => {
    const fixture = new Fixture();
    const held: Request[] = [];
    fixture.serve((request) => held.push(request), { maxQueuedRequestsPerConnection: 0 });
    const peer = new RawPeer(fixture).write(both(ask(1), ask(2), ask(3)));
    expect(fixture.world.connections[0]?.paused).toBe(true);
    while (held.length > 0) {
      for (const request of held.splice(0)) echo(request);
      fixture.world.run();
    }
    expect(peer.answers).toEqual([1, 2, 3]);
    expect(fixture.world.connections[0]?.paused).toBe(false);
  });

  it('waits while the peer does not take its answers', () => {
    const fixture = new Fixture();
    fixture.serve();
    fixture.world.full = true;
    const peer = new RawPeer(fixture).write(both(ask(1), ask(2)));
    expect(peer.answers).toEqual([1]);
    fixture.world.full = false;
    fixture.world.connections[0]?.drain();
    fixture.world.run();
    expect(peer.answers).toEqual([1, 2]);
  });

  it.each([
    ['a negative length', [0xff, 0xff, 0xff, 0xff]],
    ['an oversized frame', [0, 0, 0x27, 0x11]],
    ['a frame too short for a header', [0, 0, 0, 2, 0, 0]],
    ['an unknown API key', [0, 0, 0, 10, 0x7f, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff]],
    ['a version that is not served', [0, 0, 0, 10, 0, 22, 0, 9, 0, 0, 0, 1, 0xff, 0xff]],
    ['a body that ends early', [0, 0, 0, 10, 0, 22, 0, 0, 0, 0, 0, 1, 0xff, 0xff]],
    [
      'ApiVersions of an unknown version without the tags of its header',
      [0, 0, 0, 10, 0, 18, 0, 99, 0, 0, 0, 5, 0xff, 0xff],
    ],
  ])('closes the connection on %s, after what came before it', (_, bytes) => {
    const fixture = new Fixture();
    fixture.serve();
    const peer = new RawPeer(fixture).write([...ask(1), ...bytes, ...ask(2)]);
    expect([peer.answers, peer.closed, fixture.server?.connections]).toEqual([[1], 'ended', 0]);
    expect(fixture.world.logged).toHaveLength(1);
  });

  it('answers ApiVersions of an unknown version in version 0 with the versions of ApiVersions', () => {
    const fixture = new Fixture();
    fixture.serve();
    const unknown = [0, 0, 0, 12, 0, 18, 0, 99, 0, 0, 0, 5, 0xff, 0xff, 0, 1];
    const peer = new RawPeer(fixture).write([...unknown, ...ask(6)]);
    const [answer, next] = peer.received;
    const { correlationId, body } = decodeResponse(apiVersionsApi, 0, answer ?? new Uint8Array(0));
    expect([correlationId, body.errorCode]).toEqual([5, errorCode.unsupportedVersion]);
    expect(body.apiKeys).toEqual([{ apiKey: 18, minVersion: 0, maxVersion: 4 }]);
    expect(decodeResponse(initProducerIdApi, 4, next ?? new Uint8Array(0)).body.producerId).toBe(6);
  });

  it('does not decode versions that only the table advertises', () => {
    const fixture = new Fixture();
    const apis = new Map([...served].map(([key, entry]) => [key, { ...entry, minVersion: 0 }]));
    fixture.serve(echo, { apis });
    const peer = new RawPeer(fixture).write([0, 0, 0, 10, 0, 0, 0, 2, 0, 0, 0, 1, 0xff, 0xff]);
    expect(peer.closed).toBe('ended');
  });

  it('survives arbitrary bytes', () => {
    const byte = fc.oneof(fc.constantFrom(0, 1, 18, 22, 0xff), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), (bytes) => {
        const fixture = new Fixture();
        fixture.serve((request) => request.respondNothing());
        const payload = [0, 0, 0, bytes.length, ...bytes];
        new RawPeer(fixture).write(payload).write(bytes);
        expect(new RawPeer(fixture).write(ask(1)).closed).toBe(null);
      }),
      { numRuns: 200 },
    );
  });

  it('closes connections on which nothing arrives, with one timer for all', () => {
    const fixture = new Fixture();
    fixture.serve(echo, { maxIdleUs: 10 * second });
    const first = new RawPeer(fixture);
    fixture.world.run(4 * second);
    const other = new RawPeer(fixture);
    first.write(ask(1));
    const timers = fixture.world.timersSet;
    for (let id = 0; id < 50; id++) first.write(ask(id));
    expect(fixture.world.timersSet).toBe(timers);
    fixture.world.run(13 * second);
    first.write(ask(1));
    expect([first.closed, other.closed]).toEqual([null, null]);
    fixture.world.run(14.5 * second);
    expect([first.closed, other.closed]).toEqual([null, 'ended']);
    fixture.world.run(24 * second);
    expect([first.closed, fixture.server?.connections]).toEqual(['ended', 0]);
    expect(fixture.world.pending).toBe(0);
  });

  it('takes no more connections than it may', () => {
    const fixture = new Fixture();
    fixture.serve(echo, { maxConnections: 1 });
    const first = new RawPeer(fixture);
    expect(new RawPeer(fixture).write(ask(1)).closed).toBe('ended');
    expect(first.write(ask(2)).answers).toEqual([2]);
  });

  it('drops answers to a peer that is gone, and demands that a request be answered once', () => {
    const fixture = new Fixture();
    const held: Request[] = [];
    fixture.serve((request) => held.push(request));
    const peer = new RawPeer(fixture).write(ask(1));
    fixture.server?.close();
    fixture.world.run();
    expect([peer.closed, fixture.server?.connections]).toEqual(['ended', 0]);
    const [request] = held;
    expect(request).toBeDefined();
    if (request === undefined) return;
    echo(request);
    fixture.world.run();
    expect(peer.answers).toEqual([]);
    expect(() => echo(request)).toThrow(AssertionError);
  });

  it('refuses connections once it is closed', () => {
    const fixture = new Fixture();
    fixture.serve();
    fixture.server?.close();
    expect(new RawPeer(fixture).closed).toBe('refused');
    expect(fixture.world.pending).toBe(0);
  });
});
