import { describe, expect, it } from 'vitest';
import { produceApi } from '../../../src/kafka/protocol/apis/00-produce.ts';
import { initProducerIdApi } from '../../../src/kafka/protocol/apis/22-init-producer-id.ts';
import type { Request } from '../../../src/kafka/rpc/contract.ts';
import { RpcError, request } from '../../../src/kafka/rpc/request.ts';
import { echo, Fixture, port, second } from './fixture.ts';

describe('a channel', () => {
  it('connects by the first send and gives each request its answer', () => {
    const fixture = new Fixture();
    fixture.serve();
    const channel = fixture.channel();
    expect(channel.connected).toBe(false);
    for (const id of [1, 2, 3]) fixture.ask(channel, id);
    expect([channel.inFlight, fixture.outcomes.length]).toEqual([3, 0]);
    fixture.world.run();
    expect(fixture.ids).toEqual([1, 2, 3]);
    expect([channel.inFlight, channel.connected, fixture.server?.connections]).toEqual([
      0,
      true,
      1,
    ]);
  });

  it('works when bytes arrive one by one', () => {
    const fixture = new Fixture();
    fixture.world.pieceBytes = 1;
    fixture.serve();
    const channel = fixture.channel();
    for (const id of [1, 2]) fixture.ask(channel, id);
    fixture.world.run();
    expect(fixture.ids).toEqual([1, 2]);
  });

  it('sets one timer for many requests', () => {
    const fixture = new Fixture();
    fixture.serve();
    const channel = fixture.channel();
    fixture.ask(channel, 0);
    fixture.world.run();
    const before = fixture.world.timersSet;
    for (let id = 1; id <= 100; id++) {
      fixture.ask(channel, id);
      fixture.world.run();
    }
    expect(fixture.outcomes.length).toBe(101);
    expect(fixture.world.timersSet).toBe(before);
  });

  it('fails with refused when nobody listens, and connects anew by the next send', () => {
    const fixture = new Fixture();
    const channel = fixture.channel();
    fixture.ask(channel, 1);
    fixture.world.run();
    expect(fixture.ids).toEqual(['refused']);
    fixture.serve();
    fixture.ask(channel, 2);
    fixture.world.run();
    expect(fixture.ids).toEqual(['refused', 2]);
  });

  it('gives up connecting after its timeout', () => {
    const fixture = new Fixture();
    fixture.world.silent = true;
    const channel = fixture.channel();
    fixture.ask(channel, 1);
    fixture.ask(channel, 2);
    fixture.world.run(60 * second);
    expect(fixture.outcomes).toEqual([
      { id: null, failure: 'connect-timeout', at: 10 * second },
      { id: null, failure: 'connect-timeout', at: 10 * second },
    ]);
  });

  it('lets a request expire that waits for the connection longer than its own timeout', () => {
    const fixture = new Fixture();
    fixture.world.silent = true;
    const channel = fixture.channel();
    fixture.ask(channel, 1, 4 * second);
    fixture.ask(channel, 2);
    fixture.world.run(5 * second);
    expect(fixture.outcomes).toEqual([{ id: null, failure: 'connect-timeout', at: 4 * second }]);
    expect(channel.inFlight).toBe(1);
  });

  it('closes after a timeout, fails what else was in flight, and begins anew', () => {
    const fixture = new Fixture();
    const held: Request[] = [];
    fixture.serve((arrived) => held.push(arrived));
    const channel = fixture.channel();
    fixture.ask(channel, 1, 30 * second);
    fixture.ask(channel, 2, 5 * second);
    fixture.world.run(6 * second);
    expect(fixture.outcomes).toEqual([
      { id: null, failure: 'disconnected', at: 5 * second },
      { id: null, failure: 'timeout', at: 5 * second },
    ]);
    expect(channel.connected).toBe(false);
    held[0]?.respond({ errorCode: 0, producerId: 9, producerEpoch: 0 });
    fixture.ask(channel, 3);
    fixture.world.run();
    expect(fixture.outcomes.length).toBe(2);
    held[1] && echo(held[1]);
    fixture.world.run();
    expect(fixture.ids).toEqual(['disconnected', 'timeout', 3]);
  });

  it('notices the shorter timeout of a later request, and every one in its time', () => {
    const fixture = new Fixture();
    fixture.serve(() => {});
    for (const timeout of [20, 10, 15]) fixture.ask(fixture.channel(), timeout, timeout * second);
    const shared = fixture.channel();
    fixture.ask(shared, 1, 50 * second);
    fixture.world.run(5 * second);
    fixture.ask(shared, 2, 40 * second);
    fixture.world.run(60 * second);
    expect(fixture.outcomes.map(({ at }) => at / second)).toEqual([10, 15, 20, 45, 45]);
  });

  it('fails what is in flight when the peer ends the connection', () => {
    const fixture = new Fixture();
    fixture.serve((arrived) => arrived.disconnect());
    const channel = fixture.channel();
    fixture.ask(channel, 1);
    fixture.ask(channel, 2);
    fixture.world.run();
    expect(fixture.ids).toEqual(['disconnected', 'disconnected']);
  });

  it('takes an answer that does not decode, or that nobody asked for, as malformed', () => {
    for (const answer of [
      Uint8Array.of(0, 0, 0, 5, 0, 0, 0, 0, 0),
      Uint8Array.of(0xff, 0, 0, 0),
      Uint8Array.of(0, 0, 0, 21, 0, 0, 0, 7, ...new Array<number>(17).fill(0)),
    ]) {
      const fixture = new Fixture();
      fixture.world.listeners.set(port, (connection) => ({
        onData: () => void connection.write(answer),
        onClose: () => {},
      }));
      const channel = fixture.channel();
      fixture.ask(channel, 1);
      fixture.ask(channel, 2);
      fixture.world.run();
      expect(fixture.ids).toEqual(['malformed', 'disconnected']);
      expect(channel.connected).toBe(false);
      expect(fixture.world.logged).toHaveLength(1);
    }
  });

  it('can send again from within a failure', () => {
    const fixture = new Fixture();
    const channel = fixture.channel();
    channel.send(
      initProducerIdApi,
      4,
      { transactionalId: null, transactionTimeoutMs: 0 },
      second,
      () => {
        fixture.serve();
        fixture.ask(channel, 5);
      },
    );
    fixture.world.run();
    expect(fixture.ids).toEqual([5]);
  });

  it('fails all with closed after close, in a later event, and leaves no timer behind', () => {
    const fixture = new Fixture();
    fixture.serve(() => {});
    const channel = fixture.channel();
    fixture.ask(channel, 1);
    fixture.world.run();
    channel.close();
    fixture.ask(channel, 2);
    expect(fixture.outcomes).toEqual([]);
    fixture.world.run();
    expect(fixture.ids).toEqual(['closed', 'closed']);
    fixture.server?.close();
    expect(fixture.world.pending).toBe(0);
  });

  it('tells of a new connection before it sends what waits', () => {
    const fixture = new Fixture();
    fixture.serve();
    const channel = fixture.channel({ onConnected: () => fixture.ask(channel, 100) });
    fixture.ask(channel, 1);
    fixture.world.run();
    expect(fixture.ids).toEqual([100, 1]);
  });

  it('sends requests that have no answer without waiting for one', () => {
    const fixture = new Fixture();
    const arrived: number[] = [];
    fixture.serve((request) => {
      arrived.push(request.api.key);
      if (request.api === produceApi) request.respondNothing();
      else echo(request);
    });
    const channel = fixture.channel();
    channel.sendOneWay(produceApi, 9, { acks: 0, timeoutMs: 1, topicData: [] });
    expect(channel.inFlight).toBe(1);
    fixture.ask(channel, 1);
    fixture.world.run();
    channel.sendOneWay(produceApi, 9, { acks: 0, timeoutMs: 1, topicData: [] });
    expect(channel.inFlight).toBe(0);
    fixture.world.run();
    expect([arrived, fixture.ids]).toEqual([[0, 22, 0], [1]]);
  });

  it('has a promise form that rejects with the failure', async () => {
    const fixture = new Fixture();
    const body = { transactionalId: null, transactionTimeoutMs: 4 };
    const channel = fixture.channel();
    const refused = request(channel, initProducerIdApi, 4, body, second);
    fixture.world.run();
    await expect(refused).rejects.toThrow(RpcError);
    await expect(refused).rejects.toMatchObject({ failure: 'refused' });
    fixture.serve();
    const answered = request(channel, initProducerIdApi, 4, body, second);
    fixture.world.run();
    expect((await answered).producerId).toBe(4);
  });
});
