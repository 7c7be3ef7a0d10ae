import { describe, expect, it } from 'vitest';
import { boot, dial, elapse, idle, listen, pair, plainWorld, text } from './support.ts';

const mebibyte = 1 << 20;

describe('an answer that is lost', () => {
  it('was worked for: both ends are reset in its place, and only to the peers named', async () => {
    const { world, client, server } = await pair();
    const loss = { peers: new Set(['a']), left: 1, lost: 0 };
    world.network.node('b')!.answerLosses.add({ ...loss, peers: new Set(['c']) });
    world.network.node('a')!.answerLosses.add({ ...loss, peers: new Set(['b']) });
    client.connection.write(text('work'));
    await elapse(world, 1000);
    server.connection.write(text('done'));
    await elapse(world, 1000);
    expect(client.log).toEqual(['open', 'data 4']);
    world.network.node('b')!.answerLosses.add(loss);
    client.connection.write(text('more work'));
    await elapse(world, 1000);
    server.connection.write(text('done'));
    server.connection.write(text('and done'));
    await elapse(world, 1000);
    expect(server.text).toBe('workmore work');
    expect(client.log).toEqual(['open', 'data 4', 'close reset']);
    expect(server.closed).toBe('closed');
    expect(loss).toMatchObject({ left: 0, lost: 1 });
  });
});

describe('a slow connection', () => {
  it('is slow while another between the same machines is not, and keeps its order', async () => {
    const world = plainWorld();
    const a = await boot(world, 'a');
    const b = await boot(world, 'b');
    const accepted = listen(b.host, 1);
    const [slow, usual] = [dial(a.host, 'b', 1), dial(a.host, 'b', 1)];
    await elapse(world, 3000);
    const end = [...world.network.node('a')!.ends][0]!;
    end.lagUs = 5000;
    for (const { connection } of [slow, usual]) connection.write(text('one '));
    await elapse(world, 1000);
    expect(accepted.map((one) => one.text)).toEqual(['', 'one ']);
    end.lagUs = 0;
    slow.connection.write(text('two'));
    await elapse(world, 4999);
    expect(accepted[0]!.text).toBe('');
    await elapse(world, 10);
    expect(accepted[0]!.text).toBe('one two');
    expect(end.segmentsLagged).toBe(1);
  });
});

describe('a connection', () => {
  it('comes up after a round trip and carries bytes both ways', async () => {
    const { world, client, server } = await pair();
    client.connection.write(text('ping'));
    await elapse(world, 1000);
    expect(server.text).toBe('ping');
    server.connection.write(text('pong'));
    await elapse(world, 1000);
    expect(client.log).toEqual(['open', 'data 4']);
    expect(server.connection.peer).toMatch(/^a:\d+$/);
    expect(client.connection.peer).toBe('b:1');
  });

  it('keeps what is written before it is up', async () => {
    const world = plainWorld();
    const a = await boot(world, 'a');
    const b = await boot(world, 'b');
    const accepted = listen(b.host, 1);
    const client = dial(a.host, 'b', 1);
    client.connection.write(text('early '));
    client.connection.write(text('bird'));
    await elapse(world, 1999);
    expect([client.log, accepted[0]?.text]).toEqual([[], '']);
    await elapse(world, 10_000);
    expect([client.log, accepted[0]?.text]).toEqual([['open'], 'early bird']);
  });

  it('is refused by a machine that lives and does not listen, or has no process', async () => {
    const world = plainWorld();
    const a = await boot(world, 'a');
    const b = await boot(world, 'b');
    const nobody = dial(a.host, 'b', 7);
    const unknown = dial(a.host, 'nowhere', 7);
    await elapse(world, 2000);
    expect([nobody.log, unknown.log]).toEqual([['close refused'], ['close refused']]);
    listen(b.host, 7);
    b.machine.crash();
    const dead = dial(a.host, 'b', 7);
    await elapse(world, 2000);
    expect(dead.log).toEqual(['close refused']);
  });

  it('times out towards a machine without power', async () => {
    const world = plainWorld();
    const a = await boot(world, 'a');
    world.addMachine('b');
    const client = dial(a.host, 'b', 1);
    await elapse(world, 9_999_999);
    expect(client.log).toEqual([]);
    await elapse(world, 1);
    expect(client.log).toEqual(['close timed-out']);
    expect(world.network.link('a', 'b').effects.connectsFailed).toBe(1);
  });

  it('comes up late when the machine gets power within the timeout', async () => {
    const world = plainWorld();
    const a = await boot(world, 'a');
    world.addMachine('b');
    const client = dial(a.host, 'b', 1);
    await elapse(world, 500_000);
    listen((await boot(world, 'b')).host, 1);
    await elapse(world, 1_000_000);
    expect(client.log).toEqual(['open']);
  });

  it('ends in order: all bytes arrive, then the end', async () => {
    const { world, client, server } = await pair();
    client.connection.write(text('last words'));
    client.connection.close();
    client.connection.write(text('too late'));
    await elapse(world, 5000);
    expect(server.log).toEqual(['data 10', 'close ended']);
    expect(client.log).toEqual(['open', 'close closed']);
    server.connection.write(text('to nobody'));
    await elapse(world, 5000);
    expect(client.log).toEqual(['open', 'close closed']);
  });

  it('is reset at once; the peer sees it, later writes are dropped', async () => {
    const { world, client, server } = await pair();
    client.connection.reset();
    client.connection.write(text('too late'));
    expect(client.log).toEqual(['open']);
    await elapse(world, 5000);
    expect(client.log).toEqual(['open', 'close closed']);
    expect(server.log).toEqual(['close reset']);
  });

  it('closes also when it is not up yet: what was written still arrives', async () => {
    const world = plainWorld();
    const a = await boot(world, 'a');
    const b = await boot(world, 'b');
    const accepted = listen(b.host, 1);
    const client = dial(a.host, 'b', 1);
    client.connection.write(text('in passing'));
    client.connection.close();
    await elapse(world, 10_000);
    expect(accepted[0]?.log).toEqual(['data 10', 'close ended']);
    expect(client.log).toEqual(['close closed']);
  });

  it('runs no callback within the call that causes it', async () => {
    const { client } = await pair();
    client.connection.write(text('x'));
    client.connection.close();
    expect(client.log).toEqual(['open']);
  });

  it('hands over the array that was written, uncopied', async () => {
    const { world, client, server } = await pair();
    const bytes = text('precious');
    client.connection.write(bytes);
    await elapse(world, 1000);
    expect(server.chunks[0]).toBe(bytes);
  });

  it('may split and join, and never loses or reorders, when asked to', async () => {
    const { world, client, server } = await pair({ splitWrites: true });
    const words = Array.from({ length: 300 }, (_, i) => `word-${i} `);
    for (const word of words) client.connection.write(text(word));
    client.connection.close();
    await elapse(world, 100_000);
    expect(server.text).toBe(words.join(''));
    expect(server.closed).toBe('ended');
    const lengths = server.chunks.map((chunk) => chunk.length);
    expect(lengths.some((length) => length < 7)).toBe(true);
    expect(lengths.some((length) => length > 9)).toBe(true);
  });

  it('keeps its order when a reader pauses while bytes wait to be joined', async () => {
    const { world, client, server } = await pair({ splitWrites: true });
    for (let i = 0; i < 400; i++) {
      world.schedule(i * 100, 'write', () => void client.connection.write(text(`${i} `)));
      world.schedule(i * 100 + 1050, 'pause', () => server.connection.pauseReading());
      world.schedule(i * 100 + 1070, 'resume', () => server.connection.resumeReading());
    }
    await elapse(world, 100_000);
    expect(server.text).toBe(Array.from({ length: 400 }, (_, i) => `${i} `).join(''));
  });
});

describe('a listener', () => {
  it('takes a free port for 0, and tells when it is ready', async () => {
    const world = plainWorld();
    const a = await boot(world, 'a');
    const answers: (Error | null)[] = [];
    const accept = () => ({ onData() {}, onClose() {} });
    const one = a.host.network.listen(0, accept, (error) => void answers.push(error));
    const two = a.host.network.listen(0, accept, (error) => void answers.push(error));
    expect(answers).toEqual([]);
    await elapse(world, 1);
    expect(answers).toEqual([null, null]);
    expect(one.port).not.toBe(two.port);
  });

  it('refuses a port that is taken, until it is free again', async () => {
    const world = plainWorld();
    const a = await boot(world, 'a');
    const answers: (string | null)[] = [];
    const accept = () => ({ onData() {}, onClose() {} });
    const ready = (error: Error | null): void => void answers.push(error?.message ?? null);
    const first = a.host.network.listen(9, accept, ready);
    a.host.network.listen(9, accept, ready);
    await elapse(world, 1);
    first.close();
    a.host.network.listen(9, accept, ready);
    await elapse(world, 1);
    expect(answers).toEqual([null, 'address in use: port 9 of a', null]);
  });

  it('that is closed accepts nobody; its connections live on', async () => {
    const world = plainWorld();
    const { host } = await boot(world, 'a');
    const connections: { write(bytes: Uint8Array): boolean }[] = [];
    const listener = host.network.listen(
      9,
      (connection) => {
        connections.push(connection);
        return { onData() {}, onClose() {} };
      },
      () => {},
    );
    const before = dial(host, 'a', 9);
    await elapse(world, 5000);
    listener.close();
    const late = dial(host, 'a', 9);
    connections[0]?.write(text('still here'));
    await elapse(world, 5000);
    expect(before.text).toBe('still here');
    expect(late.log).toEqual(['close refused']);
  });
});

describe('backpressure', () => {
  it('a sender is told when more than 1 MiB waits, and when it has drained', async () => {
    const { world, client, server } = await pair();
    expect(client.connection.write(new Uint8Array(mebibyte))).toBe(true);
    expect(client.connection.write(new Uint8Array(1))).toBe(false);
    await elapse(world, 5000);
    expect(server.bytes).toBe(mebibyte + 1);
    expect(client.log).toEqual(['open', 'drain']);
    expect(client.connection.write(new Uint8Array(1))).toBe(true);
  });

  it('a reader that pauses holds the peer up, and gets all when it resumes', async () => {
    const { world, client, server } = await pair();
    server.connection.pauseReading();
    for (let i = 0; i < 16; i++) client.connection.write(new Uint8Array(mebibyte / 16).fill(i));
    await elapse(world, 5000);
    expect(client.connection.write(new Uint8Array(mebibyte / 16).fill(16))).toBe(true);
    expect(client.connection.write(new Uint8Array(1).fill(17))).toBe(false);
    await elapse(world, 1_000_000);
    expect([server.bytes, client.log]).toEqual([0, ['open']]);
    server.connection.resumeReading();
    client.connection.close();
    await elapse(world, 5000);
    expect(server.chunks.map((chunk) => chunk[0])).toEqual(Array.from({ length: 18 }, (_, i) => i));
    expect(server.closed).toBe('ended');
  });

  it('drains after a pause of the reader', async () => {
    const { world, client, server } = await pair();
    server.connection.pauseReading();
    expect(client.connection.write(new Uint8Array(2 * mebibyte))).toBe(false);
    await elapse(world, 5000);
    server.connection.resumeReading();
    await elapse(world, 5000);
    expect(client.log).toEqual(['open', 'drain']);
  });

  it('bandwidth delays bytes by their number, one message behind the other', async () => {
    const { world, client, server } = await pair({ network: { bytesPerSecond: 1_000_000 } });
    client.connection.write(new Uint8Array(5000));
    client.connection.write(new Uint8Array(5000));
    await elapse(world, 5999);
    expect(server.bytes).toBe(0);
    await elapse(world, 1);
    expect(server.bytes).toBe(5000);
    await elapse(world, 4999);
    expect(server.bytes).toBe(5000);
    await elapse(world, 1);
    expect(server.bytes).toBe(10_000);
  });
});

describe('a process that ends', () => {
  it('resets its connections when it is killed', async () => {
    const { world, b, client } = await pair();
    b.machine.crash();
    await elapse(world, 999);
    expect(client.log).toEqual(['open']);
    await elapse(world, 1);
    expect(client.log).toEqual(['open', 'close reset']);
    expect(b.machine.effects.connectionsReset).toBe(1);
  });

  it('gets no more callbacks', async () => {
    const { world, b, client, server } = await pair();
    client.connection.write(text('lost'));
    b.machine.crash();
    await elapse(world, 100_000);
    expect(server.log).toEqual([]);
  });

  it('still sends what it had closed in order', async () => {
    const { world, a, client, server } = await pair();
    client.connection.write(text('testament'));
    client.connection.close();
    a.host.exit(0, 'done');
    await elapse(world, 5000);
    expect(server.log).toEqual(['data 9', 'close ended']);
  });

  it('falls silent without power: who writes gives up after the user timeout', async () => {
    const { world, b, client, server } = await pair();
    b.machine.powerLoss();
    await elapse(world, 60_000_000);
    expect([client.log, server.log]).toEqual([['open'], []]);
    client.connection.write(text('anybody?'));
    await elapse(world, 15_000_000);
    expect(client.log).toEqual(['open']);
    await elapse(world, 1000);
    expect(client.log).toEqual(['open', 'close timed-out']);
    expect(b.machine.effects.connectionsSilenced).toBe(1);
  });

  it('leaves half-open ends: a machine that is back resets what it does not know', async () => {
    const { world, b, client } = await pair();
    b.machine.powerLoss();
    await elapse(world, 1_000_000);
    b.machine.start(idle);
    await elapse(world, 60_000_000);
    expect(client.log).toEqual(['open']);
    client.connection.write(text('remember me?'));
    await elapse(world, 2000);
    expect(client.log).toEqual(['open', 'close reset']);
  });

  it('is answered for by its machine when that comes back while the peer retransmits', async () => {
    const { world, b, client } = await pair();
    b.machine.powerLoss();
    client.connection.write(text('hello?'));
    await elapse(world, 3_000_000);
    expect(client.log).toEqual(['open']);
    b.machine.start(idle);
    await elapse(world, 2_000_000);
    expect(client.log).toEqual(['open', 'close reset']);
  });
});
