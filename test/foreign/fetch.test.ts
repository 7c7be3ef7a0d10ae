import { describe, expect, it } from 'vitest';
import { Stage } from './stage.ts';

const server = `
  require('http').createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    if (request.url === '/slow') return;
    if (request.url === '/gzip') {
      response.setHeader('content-encoding', 'gzip');
      return response.end(require('zlib').gzipSync('unpacked'));
    }
    if (request.url === '/moved') return response.writeHead(302, { location: '/there' }).end();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify([request.method, request.url, Buffer.concat(parts).toString()]));
  }).listen(80);
`;

const client = `
  const began = Date.now();
  const ask = async (path, options) => (await fetch('http://server' + path, options)).json();
  console.log(await ask('/'), await ask('/moved'));
  const response = await fetch('http://server/post', { method: 'POST', body: 'sent' });
  console.log(response.status, response.ok, response.headers.get('content-type'));
  console.log(await response.text(), response instanceof Response);
  console.log(await (await fetch('http://server/gzip')).text());
  console.log(await Promise.all(['/1', '/2', '/3'].map((path) => ask(path))));
  const reader = (await fetch('http://server/')).body.getReader();
  console.log((await reader.read()).value.length, (await reader.read()).done);
  const signal = AbortSignal.timeout(2000);
  await fetch('http://server/slow', { signal }).catch((error) => console.log(error.name));
  await fetch('http://nobody/').catch((error) => console.log(error.message, error.cause.code));
  console.log(new Headers({ A: 'b' }).get('a'), new Request('http://x/').url);
  console.log(Math.round((Date.now() - began) / 1000));
`;

describe('fetch', () => {
  it('carries requests and responses, and follows the clock of its machine', async () => {
    const stage = new Stage();
    stage.start('server', server);
    await stage.run(0.1);
    stage.start('client', client, { name: 'main.mjs' });
    await stage.run(30);
    expect(stage.lines.client).toEqual([
      "[ 'GET', '/', '' ] [ 'GET', '/there', '' ]",
      '200 true application/json',
      '["POST","/post","sent"] true',
      'unpacked',
      "[ [ 'GET', '/1', '' ], [ 'GET', '/2', '' ], [ 'GET', '/3', '' ] ]",
      '14 true',
      'TimeoutError',
      'fetch failed ECONNREFUSED',
      'b http://x/',
      '2',
    ]);
  });

  it('does the same in each run of a seed', async () => {
    const run = async (): Promise<string> => {
      const stage = new Stage({ tieBreak: 'random', splitWrites: true });
      stage.start('server', server);
      await stage.run(0.1);
      stage.start('client', client, { name: 'main.mjs' });
      await stage.run(30);
      return `${stage.world.digest} ${stage.world.events}`;
    };
    expect(await run()).toBe(await run());
  });
});
