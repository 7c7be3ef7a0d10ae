import { describe, expect, it } from 'vitest';
import { Stage } from './stage.ts';

/** A server on one machine, a client on another; gives what both said. */
async function talk(server: string, client: string, seconds = 30) {
  const stage = new Stage();
  stage.start('server', server);
  await stage.run(0.1);
  stage.start('client', client, { name: 'main.mjs' });
  await stage.run(seconds);
  return {
    server: stage.lines.server as string[],
    client: stage.lines.client as string[],
    exits: stage.exits.client,
  };
}

const echo = `
  require('http').createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString();
      response.setHeader('X-Method', request.method);
      response.statusCode = request.url === '/missing' ? 404 : 200;
      response.end(JSON.stringify({ url: request.url, body, host: request.headers.host }));
    });
  }).listen(8080, () => console.log('listening'));
`;

describe('node:http', () => {
  it('carries requests and responses', async () => {
    const { client, exits } = await talk(
      echo,
      `
      import http from 'node:http';
      import { once } from 'node:events';
      import { text } from 'node:stream/consumers';
      const ask = async (options, body) => {
        const request = http.request({ host: 'server', port: 8080, ...options });
        request.end(body);
        const [response] = await once(request, 'response');
        return [response.statusCode, response.statusMessage, response.headers['x-method'],
          await text(response)].join(' ');
      };
      console.log(await ask({ path: '/a?b=c' }));
      console.log(await ask({ method: 'POST', path: '/missing' }, 'sent'));
      http.get('http://server:8080/got', async (response) => {
        console.log(response.headers.date, response.headers.connection, response.httpVersion);
        console.log(await text(response));
      });
    `,
    );
    expect(client).toEqual([
      '200 OK GET {"url":"/a?b=c","body":"","host":"server:8080"}',
      '404 Not Found POST {"url":"/missing","body":"sent","host":"server:8080"}',
      'Thu, 01 Jan 2026 00:00:00 GMT keep-alive 1.1',
      '{"url":"/got","body":"","host":"server:8080"}',
    ]);
    expect(exits).toEqual(['0 nothing left to do']);
  });

  it('keeps connections for the next request, in turn where their number is bounded', async () => {
    const { client } = await talk(
      `
      const ports = new Map();
      require('http').createServer((request, response) => {
        const { socket } = request;
        if (!ports.has(socket)) ports.set(socket, ports.size);
        setTimeout(() => response.end(String(ports.get(socket))), 100);
      }).listen(8080);
    `,
      `
      import http from 'node:http';
      import { text } from 'node:stream/consumers';
      const ask = (agent) => new Promise((done, fail) => http
        .get({ host: 'server', port: 8080, agent }, (response) => text(response).then(done))
        .on('error', fail));
      const began = Date.now();
      console.log(await ask(), await ask(), await ask(false));
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      console.log(await Promise.all([ask(agent), ask(agent), ask(agent)]));
      console.log(Math.round((Date.now() - began) / 100));
    `,
    );
    expect(client).toEqual(['0 0 1', "[ '2', '2', '2' ]", '6']);
  });

  it('streams bodies in chunks, both ways, and trailers behind them', async () => {
    const { client } = await talk(
      `
      require('http').createServer(async (request, response) => {
        response.writeHead(200, 'Fine', { Trailer: 'X-Count' });
        let count = 0;
        for await (const part of request) { response.write('<' + part + '>'); count++ }
        response.addTrailers({ 'X-Count': String(count) });
        response.end();
      }).listen(8080);
    `,
      `
      import http from 'node:http';
      import { text } from 'node:stream/consumers';
      const request = http.request('http://server:8080/', { method: 'PUT' }, async (response) => {
        console.log(response.statusMessage, response.headers['transfer-encoding']);
        console.log(await text(response), response.trailers);
      });
      request.write('one');
      setTimeout(() => request.write('two'), 50);
      setTimeout(() => request.end('three'), 100);
    `,
    );
    expect(client).toEqual(['Fine chunked', "<one><two><three> { 'x-count': '3' }"]);
  });

  it('tells what goes wrong: nobody there, a hang-up, no answer in time, an abort', async () => {
    const { client } = await talk(
      `
      require('http').createServer((request, response) => {
        if (request.url === '/hang-up') request.socket.destroy();
        if (request.url === '/half') {
          response.writeHead(200, { 'content-length': 10 });
          response.write('half');
          setTimeout(() => request.socket.destroy(), 10);
        }
      }).listen(8080);
    `,
      `
      import http from 'node:http';
      const ask = (options) => new Promise((done) => {
        const request = http.get({ host: 'server', port: 8080, ...options }, (response) => {
          response.on('error', (error) => done('response: ' + error.message));
          response.resume();
        });
        request.on('timeout', () => request.destroy(new Error('too late')));
        request.on('error', (error) => done((error.code ?? '') + ' ' + error.message));
      });
      console.log(await ask({ port: 1 }));
      console.log(await ask({ path: '/hang-up' }));
      console.log(await ask({ path: '/half' }));
      console.log(await ask({ path: '/never', timeout: 500 }));
      console.log(await ask({ path: '/never', signal: AbortSignal.timeout(100) }));
    `,
    );
    expect(client).toEqual([
      expect.stringMatching(/^ECONNREFUSED connect ECONNREFUSED 10\.[\d.]+:1$/),
      'ECONNRESET socket hang up',
      'response: aborted',
      ' too late',
      'ABORT_ERR The operation was aborted',
    ]);
  });

  it('answers HEAD, 204 and 304 without a body, and pipelined requests in their order', async () => {
    const { client } = await talk(
      `
      require('http').createServer((request, response) => {
        const delay = request.url === '/slow' ? 100 : 0;
        setTimeout(() => {
          if (request.url === '/none') response.statusCode = 204;
          response.end('body of ' + request.url);
        }, delay);
      }).listen(8080);
    `,
      `
      import net from 'node:net';
      const socket = net.connect(8080, 'server');
      const lines = ['GET /slow', 'HEAD /head', 'GET /none', 'GET /last'];
      socket.write(lines.map((line) => line + ' HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n').join(''));
      let got = '';
      socket.on('data', (data) => {
        got += data;
        if (!got.endsWith('/last')) return;
        console.log(got.split('\\r\\n').filter((line) => /^(HTTP|Content-L|body)/.test(line)).join(' | '));
        socket.destroy();
      });
    `,
    );
    expect(client).toEqual([
      'HTTP/1.1 200 OK | Content-Length: 13 | body of /slowHTTP/1.1 200 OK | ' +
        'HTTP/1.1 204 No Content | HTTP/1.1 200 OK | Content-Length: 13 | body of /last',
    ]);
  });

  it('upgrades a connection, and stops when the server closes', async () => {
    const { client, server } = await talk(
      `
      const server = require('http').createServer((request, response) => response.end('plain'));
      server.on('upgrade', (request, socket, head) => {
        socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: own\\r\\nConnection: Upgrade\\r\\n\\r\\n');
        socket.on('data', (data) => socket.end('echo ' + data));
        server.close(() => console.log('closed'));
      });
      server.listen(8080);
    `,
      `
      import http from 'node:http';
      http.get('http://server:8080', (response) => response.resume().on('end', () => {
        const headers = { Connection: 'Upgrade', Upgrade: 'own' };
        const request = http.request({ host: 'server', port: 8080, headers });
        request.on('upgrade', (response, socket) => {
          console.log(response.statusCode);
          socket.on('data', (data) => console.log(String(data)));
          socket.write('hello');
        });
        request.end();
      }));
    `,
    );
    expect(client).toEqual(['101', 'echo hello']);
    expect(server).toEqual(['closed']);
  });
});

describe('node:https', () => {
  it('is HTTP over a connection that passes for a secure one', async () => {
    const { client } = await talk(
      `require('https').createServer({}, (request, response) => response.end(
        String(request.socket.encrypted))).listen(443)`,
      `
      import https from 'node:https';
      https.get('https://server/', (response) => response.on('data', (data) =>
        console.log(String(data), response.socket.authorized)));
    `,
    );
    expect(client).toEqual(['true true']);
  });
});
