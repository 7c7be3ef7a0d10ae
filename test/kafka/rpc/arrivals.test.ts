import { describe, expect, it } from 'vitest';
import { initProducerIdApi } from '../../../src/kafka/protocol/apis/22-init-producer-id.ts';
import { encodeRequest } from '../../../src/kafka/protocol/message.ts';
import type { Request } from '../../../src/kafka/rpc/contract.ts';
import { echo, Fixture, second } from './fixture.ts';
import { RawPeer } from './raw-peer.ts';

const ask = (id: number, bytes = 0): Uint8Array =>
  encodeRequest(initProducerIdApi, 4, id, 'x'.repeat(bytes), {
    transactionalId: null,
    transactionTimeoutMs: id,
  });

/** A request of 8,000 bytes in two parts. */
const large = ask(7, 8000);
const begun = large.subarray(0, 6000);
const rest = large.subarray(6000);

function fixtureOf(handle: (request: Request) => void = echo): Fixture {
  const fixture = new Fixture();
  fixture.serve(handle, { maxQueuedRequestBytes: 10_000, maxConnections: 100 });
  return fixture;
}

const pausedOf = (fixture: Fixture): boolean[] =>
  fixture.world.connections.map(({ paused }) => paused);

describe('a server that holds more of requests than it may', () => {
  it('reads on from one of those that have begun a large one, and then from the next', () => {
    const fixture = fixtureOf();
    const peers = [1, 2, 3, 4].map(() => new RawPeer(fixture));
    peers[0]?.write(begun);
    expect(pausedOf(fixture)).toEqual([false, false, false, false]);
    for (const peer of peers.slice(1)) peer.write(begun);
    // The second made it too much, and was the first to notice.
    expect(pausedOf(fixture)).toEqual([false, false, true, true]);
    for (const peer of peers) peer.write(rest);
    fixture.world.run();
    expect(peers.map(({ answers }) => answers)).toEqual([[7], [7], [7], [7]]);
    expect(pausedOf(fixture)).toEqual([false, false, false, false]);
  });

  it('still serves small requests, on connections that hold nothing', () => {
    const fixture = fixtureOf();
    for (let i = 0; i < 3; i++) new RawPeer(fixture).write(begun);
    const small = new RawPeer(fixture);
    for (let id = 0; id < 20; id++) small.write(ask(id));
    expect(small.answers).toHaveLength(20);
  });

  it('closes one that has its turn and does not end its request, and goes on with the next', () => {
    const fixture = fixtureOf();
    const slow = [1, 2, 3].map(() => new RawPeer(fixture).write(begun));
    const honest = new RawPeer(fixture).write(begun).write(rest);
    expect(honest.answers).toEqual([]);
    fixture.world.run(fixture.world.now + 31 * second);
    expect(slow[1]?.closed).toBe('ended');
    expect(fixture.world.logged[0]).toContain('holds 6000 bytes of a request');
    fixture.world.run(fixture.world.now + 31 * second);
    expect([honest.answers, honest.closed]).toEqual([[7], null]);
  });

  it('lets requests wait that are whole, until those before them are answered', () => {
    const held: Request[] = [];
    const fixture = fixtureOf((request) => held.push(request));
    const peer = new RawPeer(fixture);
    for (let i = 0; i < 3; i++) peer.write(large);
    expect(pausedOf(fixture)).toEqual([true]);
    while (held.length > 0) {
      for (const request of held.splice(0)) echo(request);
      fixture.world.run();
    }
    expect([peer.answers, pausedOf(fixture)]).toEqual([[7, 7, 7], [false]]);
  });

  it('forgets what a connection held that is gone', () => {
    const fixture = fixtureOf();
    const peers = [1, 2, 3].map(() => new RawPeer(fixture).write(begun));
    expect(pausedOf(fixture)).toEqual([false, false, true]);
    peers[1]?.close();
    fixture.world.run();
    peers[0]?.write(rest);
    peers[2]?.write(rest);
    expect([peers[0]?.answers, peers[2]?.answers]).toEqual([[7], [7]]);
  });
});
