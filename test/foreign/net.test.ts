import { describe, expect, it } from 'vitest';
import { Stage } from './stage.ts';

/** A server on one machine, a client on another; gives what both said. */
async function talk(server: string, client: string, stage = new Stage()) {
  stage.start('server', server);
  await stage.run(0.1);
  stage.start('client', client);
  await stage.run(30);
  return { server: stage.lines.server as string[], client: stage.lines.client as string[], stage };
}

describe('node:net', () => {
  it('connects, carries bytes both ways and ends, as streams', async () => {
    const { server, client, stage } = await talk(
      `
      const net = require('net');
      const server = net.createServer((socket) => {
        console.log(net.isIP(socket.remoteAddress), socket.remotePort > 0, socket.remoteFamily);
        socket.setEncoding('utf8');
        socket.on('data', (text) => socket.write(text.toUpperCase()));
        socket.on('end', () => console.log('end', socket.bytesRead, socket.bytesWritten));
        socket.on('close', (failed) => { console.log('close', failed); server.close() });
      });
      server.listen({ port: 7000 }, () => console.log(server.address().port, server.listening));
      server.on('close', () => console.log('closed'));
    `,
      `
      const net = require('net');
      const socket = new net.Socket();
      console.log(socket.connecting, socket.pending, socket.readyState);
      socket.connect({ host: 'server', port: 7000 }, () => console.log('connect'));
      socket.write('early ');
      console.log(socket.connecting, socket.readyState, socket instanceof require('stream').Duplex);
      socket.once('ready', () => socket.write(Buffer.from('late')));
      let got = '';
      socket.on('data', (chunk) => {
        got += chunk;
        if (got === 'EARLY LATE') { console.log(got, Buffer.isBuffer(chunk)); socket.end() }
      });
      socket.on('close', (failed) => console.log('close', failed, socket.destroyed));
    `,
    );
    expect(client).toEqual([
      ...['false true open', 'true opening true', 'connect', 'EARLY LATE true', 'close false true'],
    ]);
    expect(server).toEqual([...['7000 true', '4 true IPv4', 'end 10 10', 'close false', 'closed']]);
    expect(stage.exits).toEqual({
      server: ['0 nothing left to do'],
      client: ['0 nothing left to do'],
    });
  });

  it('tells what the network does: refused, reset, timed out, no such port, address in use', async () => {
    const stage = new Stage();
    stage.world.addMachine('off');
    const { client } = await talk(
      `
      const net = require('net');
      net.createServer((socket) => socket.on('data', () => socket.resetAndDestroy())).listen(7000);
      net.createServer().listen(7000).on('error', (error) => console.log(error.code, error.syscall));
    `,
      `
      const net = require('net');
      const ask = (port, host) => new Promise((done) => {
        const socket = net.connect(port, host);
        socket.on('connect', () => socket.write('x'));
        socket.on('error', (error) => done(error.message));
        socket.on('close', (failed) => { if (!failed) done('closed') });
      });
      (async () => {
        for (const [port, host] of [[1, 'server'], [7000, 'nobody'], [7000, 'server']]) {
          console.log((await ask(port, host)).replace(/10[.\\d]+/, 'address'));
        }
        try { net.connect(70000) } catch (error) { console.log(error.code) }
      })();
    `,
      stage,
    );
    expect(client).toEqual([
      'connect ECONNREFUSED address:1',
      'connect ECONNREFUSED address:7000',
      'read ECONNRESET',
      'ERR_SOCKET_BAD_PORT',
    ]);
    expect(stage.lines.server).toEqual(['EADDRINUSE listen']);
  });

  it('holds a writer back while its reader does not read, and loses nothing', async () => {
    const { client, server } = await talk(
      `
      require('net').createServer((socket) => {
        let bytes = 0;
        socket.pause();
        setTimeout(() => socket.resume(), 2000);
        socket.on('data', (chunk) => { bytes += chunk.length });
        socket.on('end', () => console.log(bytes));
      }).listen(7000);
    `,
      `
      const { pipeline, Readable } = require('stream');
      const socket = require('net').connect(7000, 'server');
      const piece = Buffer.alloc(100_000);
      let sent = 0;
      const source = new Readable({ read() { this.push(sent++ < 50 ? piece : null) } });
      setTimeout(() => console.log(sent < 50), 1000);
      pipeline(source, socket, (error) => console.log(error ?? 'done'));
    `,
    );
    expect(client).toEqual(['true', 'done']);
    expect(server).toEqual(['5000000']);
  });

  it('reads on after it has ended its writing, and may be kept open by its peer', async () => {
    const { client, server } = await talk(
      `
      const net = require('net');
      net.createServer((socket) => socket.pipe(socket)).listen(7000);
      net.createServer({ allowHalfOpen: true }, (socket) => {
        socket.on('end', () => {
          console.log('end', socket.writable);
          setTimeout(() => socket.end('much later'), 1000);
        });
        socket.resume();
      }).listen(7001);
    `,
      `
      for (const port of [7000, 7001]) {
        const socket = require('net').connect(port, 'server');
        socket.end('whole');
        socket.on('data', (data) => console.log(port, String(data)));
        socket.on('close', (failed) => console.log(port, 'close', failed));
      }
    `,
    );
    expect(client).toEqual([
      '7000 whole',
      '7000 close false',
      '7001 much later',
      '7001 close false',
    ]);
    expect(server).toEqual(['end true']);
  });

  it('does not see what the caller does with a buffer that it has written', async () => {
    const { server } = await talk(
      `require('net').createServer((socket) => socket.on('data', (data) => console.log(String(data)))).listen(7000)`,
      `
      const socket = require('net').connect(7000, 'server', () => {
        const bytes = Buffer.from('before');
        socket.write(bytes);
        bytes.write('after!');
        socket.end();
      });
    `,
    );
    expect(server).toEqual(['before']);
  });

  it('tells of silence by a timeout, which keeps no process alive', async () => {
    const { client, stage } = await talk(
      `require('net').createServer(() => {}).listen(7000)`,
      `
      const socket = require('net').connect(7000, 'server');
      const began = Date.now();
      socket.setTimeout(500, () => { console.log(Date.now() - began); socket.destroy() });
      socket.on('close', (failed) => console.log(failed));
    `,
    );
    expect(client).toEqual(['500', 'false']);
    expect(stage.exits.client).toEqual(['0 nothing left to do']);
  });

  it('resets its peers when the process is killed, and leaves them in silence without power', async () => {
    const stage = new Stage();
    const serve = `require('net').createServer((socket) => socket.write('hello')).listen(7000)`;
    for (const name of ['killed', 'dark']) stage.start(name, serve);
    await stage.run(0.1);
    stage.start(
      'client',
      `
      for (const name of ['killed', 'dark']) {
        const socket = require('net').connect(7000, name);
        socket.on('data', () => {});
        setInterval(() => socket.writable && socket.write('x'), 1000).unref();
        socket.on('error', (error) => console.log(name, error.code));
      }
    `,
    );
    await stage.run(1);
    stage.world.machine('killed').crash();
    stage.world.machine('dark').powerLoss();
    await stage.run(600);
    expect(stage.lines.client).toEqual(['killed ECONNRESET', 'dark ETIMEDOUT']);
  });

  it('connects to its own machine by the names that every machine has for itself', async () => {
    const stage = new Stage();
    stage.start(
      'm',
      `
      const net = require('net');
      const server = net.createServer((socket) => socket.end('own')).listen(0, '127.0.0.1', () => {
        let open = 3;
        for (const host of ['localhost', '127.0.0.1', 'm']) {
          net.connect(server.address().port, host)
            .on('data', (data) => console.log(String(data)))
            .on('close', () => --open || server.close());
        }
      });
    `,
    );
    await stage.run(5);
    expect(stage.lines.m).toEqual(['own', 'own', 'own']);
    expect(stage.exits.m).toEqual(['0 nothing left to do']);
  });
});

describe('node:tls', () => {
  it('passes through as a plain connection', async () => {
    const { client } = await talk(
      `require('tls').createServer({}, (socket) => socket.end('from ' + socket.encrypted)).listen(7000)`,
      `
      const tls = require('tls');
      const socket = tls.connect({ host: 'server', port: 7000, servername: 'server' }, () =>
        console.log(socket.authorized, socket.encrypted, socket instanceof tls.TLSSocket));
      socket.on('data', (data) => console.log(String(data)));
    `,
    );
    expect(client).toEqual(['true true true', 'from true']);
  });
});
