import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Stage } from './stage.ts';

const entry = (name: string): { entry: string } => ({
  entry: join(import.meta.dirname, 'packages', name),
});

describe('fetch', () => {
  it('carries requests and responses, and follows the clock of its machine', async () => {
    const stage = new Stage();
    stage.startEntry('server', entry('fetch-server.cjs'));
    await stage.run(0.1);
    stage.startEntry('client', entry('fetch-client.mjs'));
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
      stage.startEntry('server', entry('fetch-server.cjs'));
      await stage.run(0.1);
      stage.startEntry('client', entry('fetch-client.mjs'));
      await stage.run(30);
      return `${stage.world.digest} ${stage.world.events}`;
    };
    expect(await run()).toBe(await run());
  });
});
