import { describe, expect, it } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import type {
  CloseReason,
  Connection,
  ConnectionHandler,
  Listener,
} from '../../src/host/network.ts';
import type { Stage } from './stage.ts';

const mebibyte = 1 << 20;
const text = (value: string): Uint8Array => Uint8Array.from(value, (c) => c.charCodeAt(0));

/** One end of a connection, and all it was told. */
class End implements ConnectionHandler {
  connection!: Connection;
  readonly closes: CloseReason[] = [];
  readonly chunks: Uint8Array[] = [];
  opens = 0;
  drains = 0;
  bytes = 0;
  events = 0;

  get text(): string {
    return this.chunks.map((chunk) => String.fromCharCode(...chunk)).join('');
  }

  onOpen(): void {
    this.events++;
    this.opens++;
  }

  onData(bytes: Uint8Array): void {
    this.events++;
    this.bytes += bytes.length;
    this.chunks.push(bytes);
  }

  onDrain(): void {
    this.events++;
    this.drains++;
  }

  onClose(reason: CloseReason): void {
    this.events++;
    this.closes.push(reason);
  }
}

/** The network: what every host promises. */
export function describeNetwork(stage: () => Stage): void {
  async function serve(host: Host, port = 0): Promise<{ listener: Listener; accepted: End[] }> {
    const accepted: End[] = [];
    let ready = false;
    const listener = host.network.listen(
      port,
      (connection) => {
        const end = new End();
        end.connection = connection;
        accepted.push(end);
        return end;
      },
      (error) => {
        expect(error).toBeNull();
        ready = true;
      },
    );
    expect(ready).toBe(false);
    await stage().until(() => ready);
    return { listener, accepted };
  }

  function dial(host: Host, port: number): End {
    const end = new End();
    end.connection = host.network.connect(stage().address('two', port), end);
    return end;
  }

  async function pair() {
    const [one, two] = [await stage().boot('one'), await stage().boot('two')];
    const { listener, accepted } = await serve(two);
    const client = dial(one, listener.port);
    await stage().until(() => client.opens === 1 && accepted.length === 1);
    return { one, two, listener, accepted, client, server: accepted[0] as End };
  }

  describe('a listener', () => {
    it('tells its port, and refuses a port that is taken', async () => {
      const two = await stage().boot('two');
      const { listener } = await serve(two);
      expect(listener.port).toBeGreaterThan(0);
      const answers: (Error | null)[] = [];
      two.network.listen(
        listener.port,
        () => new End(),
        (error) => void answers.push(error),
      );
      await stage().until(() => answers.length > 0);
      await stage().rest();
      expect(answers).toEqual([expect.any(Error)]);
    });

    it('that is closed accepts nobody, and its connections live on', async () => {
      const { one, listener, accepted, client, server } = await pair();
      listener.close();
      await stage().rest();
      const late = dial(one, listener.port);
      await stage().until(() => late.closes.length > 0);
      server.connection.write(text('still here'));
      await stage().until(() => client.bytes === 10);
      expect([late.closes, late.opens, accepted.length]).toEqual([['refused'], 0, 1]);
    });
  });

  describe('a connection', () => {
    it('carries bytes both ways', async () => {
      const { client, server } = await pair();
      client.connection.write(text('ping'));
      await stage().until(() => server.text === 'ping');
      server.connection.write(text('pong'));
      await stage().until(() => client.text === 'pong');
      expect([client.opens, server.opens, client.connection.peer]).toEqual([
        1,
        0,
        expect.stringMatching(/:\d+$/),
      ]);
    });

    it('is refused where nobody listens, by one last callback', async () => {
      const { one, listener } = await pair();
      listener.close();
      await stage().rest();
      const nobody = dial(one, listener.port);
      expect(nobody.events).toBe(0);
      nobody.connection.write(text('hello?'));
      await stage().until(() => nobody.closes.length > 0);
      await stage().rest();
      expect([nobody.closes, nobody.opens]).toEqual([['refused'], 0]);
    });

    it('sends what was written before it was up', async () => {
      const { one, listener, accepted } = await pair();
      const early = dial(one, listener.port);
      early.connection.write(text('early '));
      early.connection.write(text('bird'));
      await stage().until(() => accepted[1]?.text === 'early bird');
    });

    it('keeps many writes of many sizes in order', async () => {
      const { client, server } = await pair();
      const sent: number[] = [];
      for (let i = 0; i < 400; i++) {
        const bytes = new Uint8Array(1 + ((i * 37) % 900)).fill(i % 251);
        sent.push(...bytes);
        client.connection.write(bytes);
      }
      await stage().until(() => server.bytes === sent.length);
      expect(server.chunks.flatMap((chunk) => [...chunk])).toEqual(sent);
    });

    it('hands over bytes that stay as they are', async () => {
      const { client, server } = await pair();
      client.connection.write(text('first'));
      await stage().until(() => server.bytes === 5);
      client.connection.write(text('SECOND'));
      await stage().until(() => server.bytes === 11);
      expect(server.text).toBe('firstSECOND');
    });

    it('has nothing to do with another one', async () => {
      const { one, listener, accepted, client } = await pair();
      const second = dial(one, listener.port);
      await stage().until(() => accepted.length === 2 && second.opens === 1);
      client.connection.write(text('1'));
      second.connection.write(text('2'));
      await stage().until(() => accepted[0]?.text === '1' && accepted[1]?.text === '2');
      client.connection.reset();
      await stage().until(() => accepted[0]?.closes.length === 1);
      second.connection.write(text('2'));
      await stage().until(() => accepted[1]?.text === '22');
    });
  });

  describe('the end of a connection', () => {
    it('comes after all bytes when it was closed', async () => {
      const { client, server } = await pair();
      const before = client.events;
      client.connection.write(new Uint8Array(3 * mebibyte));
      client.connection.close();
      client.connection.write(text('too late'));
      client.connection.close();
      expect(client.events).toBe(before);
      await stage().until(() => server.closes.length > 0 && client.closes.length > 0);
      await stage().rest();
      expect([server.bytes, server.closes, client.closes]).toEqual([
        3 * mebibyte,
        ['ended'],
        ['closed'],
      ]);
    });

    it('closes also what is not up yet, after what was written', async () => {
      const { one, listener, accepted } = await pair();
      const passing = dial(one, listener.port);
      passing.connection.write(text('in passing'));
      passing.connection.close();
      await stage().until(() => accepted[1]?.closes.length === 1 && passing.closes.length === 1);
      expect([accepted[1]?.text, accepted[1]?.closes, passing.closes]).toEqual([
        'in passing',
        ['ended'],
        ['closed'],
      ]);
    });

    it('of writing leaves the other direction open, for a peer that wants it', async () => {
      const { client, server } = await pair();
      const half = server as End & { onEnd?: () => void };
      let ends = 0;
      half.onEnd = () => {
        ends++;
        expect(server.text).toBe('question');
        server.connection.write(text('answer'));
        server.connection.close();
      };
      client.connection.write(text('question'));
      client.connection.endWriting();
      client.connection.endWriting();
      client.connection.write(text('dropped'));
      await stage().until(() => client.closes.length > 0 && server.closes.length > 0);
      await stage().rest();
      expect([client.text, ends]).toEqual(['answer', 1]);
      expect([client.closes, server.closes]).toEqual([['ended'], ['closed']]);
    });

    it('of writing ends the connection where the peer wants no more of it', async () => {
      const { client, server } = await pair();
      client.connection.write(text('last'));
      client.connection.endWriting();
      await stage().until(() => client.closes.length > 0 && server.closes.length > 0);
      await stage().rest();
      expect(server.text).toBe('last');
      expect([client.closes, server.closes]).toEqual([['ended'], ['ended']]);
    });

    it('of writing on both sides ends it', async () => {
      const { client, server } = await pair();
      for (const end of [client, server]) {
        Object.assign(end, { onEnd: () => {} });
        end.connection.write(text('bye'));
        end.connection.endWriting();
      }
      await stage().until(() => client.closes.length > 0 && server.closes.length > 0);
      await stage().rest();
      expect([client.text, server.text]).toEqual(['bye', 'bye']);
      expect([client.closes, server.closes]).toEqual([['ended'], ['ended']]);
    });

    it('of writing may come before the connection is up, and closing after it', async () => {
      const [one, two] = [await stage().boot('one'), await stage().boot('two')];
      const { listener, accepted } = await serve(two);
      const client = dial(one, listener.port);
      client.connection.write(text('early'));
      client.connection.endWriting();
      await stage().until(() => accepted[0]?.text === 'early');
      client.connection.close();
      await stage().until(() => client.closes.length > 0 && accepted[0]?.closes.length === 1);
      await stage().rest();
      expect(client.closes).toHaveLength(1);
      expect(accepted[0]?.closes).toEqual(['ended']);
    });

    it('comes at once by a reset', async () => {
      const { client, server } = await pair();
      const before = client.events;
      client.connection.reset();
      client.connection.write(text('too late'));
      expect(client.events).toBe(before);
      await stage().until(() => server.closes.length > 0 && client.closes.length > 0);
      await stage().rest();
      expect([server.closes, client.closes, server.bytes]).toEqual([['reset'], ['closed'], 0]);
    });

    it('comes when nobody answers any more what was sent', async () => {
      const { one, listener, client } = await pair();
      stage().silence('two');
      client.connection.write(text('anybody?'));
      await stage().until(() => client.closes.length > 0);
      const late = dial(one, listener.port);
      await stage().until(() => late.closes.length > 0);
      await stage().rest();
      expect([client.closes, late.closes, late.opens]).toEqual([['timed-out'], ['timed-out'], 0]);
    });

    it('comes with the end of the process, which hears no more', async () => {
      const { two, client, server } = await pair();
      server.connection.write(text('x'));
      await stage().until(() => client.bytes === 1);
      const before = server.events;
      two.exit(1, 'halt');
      client.connection.write(text('anybody?'));
      await stage().until(() => client.closes.length > 0);
      await stage().rest();
      expect([client.closes, server.events - before]).toEqual([['reset'], 0]);
    });

    it('leaves writes without effect', async () => {
      const { client, server } = await pair();
      server.connection.close();
      await stage().until(() => client.closes.length > 0);
      client.connection.write(text('to nobody'));
      client.connection.close();
      client.connection.reset();
      await stage().rest();
      expect([client.closes, server.closes]).toEqual([['ended'], ['closed']]);
    });
  });

  describe('backpressure', () => {
    it('says false when more than 1 MiB waits, and tells when it has drained', async () => {
      const { client, server } = await pair();
      server.connection.pauseReading();
      let written = 0;
      let told = true;
      while (told && written < 64 * mebibyte) {
        told = client.connection.write(new Uint8Array(mebibyte / 2));
        written += mebibyte / 2;
      }
      expect([told, client.drains]).toEqual([false, 0]);
      server.connection.resumeReading();
      await stage().until(() => server.bytes === written && client.drains > 0);
      await stage().rest();
      expect([client.drains, client.connection.write(text('x'))]).toEqual([1, true]);
    });

    it('holds the sender up while the reader pauses', async () => {
      const { client, server } = await pair();
      server.connection.pauseReading();
      const size = 24 * mebibyte;
      client.connection.write(new Uint8Array(size));
      await stage().rest();
      const whilePaused = server.bytes;
      expect([client.drains, server.closes]).toEqual([0, []]);
      server.connection.resumeReading();
      await stage().until(() => server.bytes === size);
      expect(whilePaused).toBe(0);
    });

    it('says nothing of draining to a sender that was never refused', async () => {
      const { client, server } = await pair();
      for (let i = 0; i < 8; i++)
        expect(client.connection.write(new Uint8Array(50_000))).toBe(true);
      await stage().until(() => server.bytes === 400_000);
      await stage().rest();
      expect(client.drains).toBe(0);
    });
  });
}
