import { readFileSync } from 'node:fs';
import { it } from 'vitest';
import { Stage } from '../stage.ts';
const text = readFileSync(`${import.meta.dirname}/../fetch.test.ts`, 'utf8');
const server = /const server = `([\s\S]*?)`;\n/.exec(text)![1]!, client = /const client = `([\s\S]*?)`;\n/.exec(text)![1]!;
it('x', async () => {
  for (const seed of ['1', '2', '3']) {
  const stage = new Stage({ seed, tieBreak: 'random', splitWrites: true });
  stage.start('server', server); await stage.run(0.1);
  stage.start('client', client, { name: 'main.mjs' }); await stage.run(30);
  console.log('DIGEST', stage.world.digest, stage.world.events, stage.lines.client?.length); }
});
