/** `ordeal trace`: what a replay has written, in words. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captured } from './captured.ts';
import { ScenarioFolder } from './scenario-folder.ts';

const folder = new ScenarioFolder();
afterAll(() => folder.remove());

const file = folder.file('trace.jsonl');
beforeAll(async () => {
  await captured(...folder.named(['replay', 'unhealed', '--seed', '1', '--trace', file]));
}, 60_000);

const lines = async (...flags: string[]): Promise<string[]> => {
  const { code, stdout } = await captured('trace', file, ...flags);
  expect(code).toBe(0);
  return stdout.trimEnd().split('\n');
};

describe('ordeal trace', () => {
  it('tells every record as a line', async () => {
    const all = await lines();
    expect(all.every((line) => /^\d+\t\d+\.\d{6}\t\w*\t.+/.test(line))).toBe(true);
    expect(all.length).toBe(folder.read('trace.jsonl').trimEnd().split('\n').length - 1);
  });

  it('tells who asked whom what, on both sides, and what was answered', async () => {
    const asked = await lines('--only', 'rpc');
    const answered = /\t(p1)\tis answered by b\d:\d+ Produce v\d+ #(\d+)$/;
    const [, client, number] = asked.map((line) => answered.exec(line)).find(Boolean)!;
    const exchange = asked
      .filter((line) => line.includes(`${client}\tasks`) || line.includes(`${client}:`))
      .filter((line) => / Produce v\d+ /.test(line) && line.endsWith(` #${number}`))
      .map((line) => line.split('\t')[3]!.split(/ \S+:/)[0]);
    // Each of its channels counts for itself.
    expect(exchange.slice(0, 3)).toEqual(['asks', 'is asked by', 'answers']);
    expect(asked.some((line) => /gets no answer from b1:\d+ .*: disconnected$/.test(line))).toBe(
      true,
    );
  });

  it('narrows to sorts, a machine and a time', async () => {
    expect(await lines('--only', 'process,fault', '--machine', 'b1', '--from', '1')).toEqual([
      expect.stringMatching(/\t1\.\d{6}\t\tfault strikes: crash on b1 \(b1\) for 300 ms$/),
      expect.stringMatching(/\t1\.\d{6}\tb1\tcrash$/),
      expect.stringMatching(/\t1\.\d{6}\t\tfault ends: crash on b1 \(b1\)$/),
      expect.stringMatching(/\t1\.\d{6}\tb1\tstart$/),
    ]);
  });

  it('says which sort or time is none', async () => {
    const wrong = await captured('trace', file, '--only', 'rpc,wishes');
    expect(wrong.code).toBe(64);
    expect(wrong.stderr).toContain('--only: "wishes" is no sort of record: one of event, process');
    const soon = await captured('trace', file, '--from', 'soon');
    expect(soon.stderr).toContain('--from: "soon" is no time');
  });

  it('says where a file is no trace', async () => {
    const header = '{"is":"trace","version":1,"scenario":"calm","seed":"1"}';
    const cases = [
      ['', 'is empty, and no trace'],
      ['{"is":"trace","version":9,"scenario":"calm","seed":"1"}', 'line 1: version: '],
      [`${header}\n{"is":"wish"}`, 'line 2: is: '],
      [`${header}\nnothing`, 'line 2: not JSON'],
    ];
    for (const [text, problem] of cases) {
      const { code, stderr } = await captured('trace', folder.write('wrong.jsonl', text!));
      expect(code).toBe(64);
      expect(stderr).toContain(problem);
    }
    expect((await captured('trace', folder.file('nowhere.jsonl'))).stderr).toContain('ENOENT');
  });
});
