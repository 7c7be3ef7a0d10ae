import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { marks } from '../../src/kafka/marks.ts';
import { worldMarks } from '../../src/sim/marks.ts';

const src = resolve(import.meta.dirname, '../../src');
const listed: Record<string, { readonly means: string; readonly excused?: string }> = {
  ...marks,
  ...worldMarks,
};

it('each mark of the lists stands in the code, and no other does', () => {
  const code = ['kafka', 'sim', 'trial']
    .flatMap((wing) => readdirSync(join(src, wing), { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile() && entry.name !== 'marks.ts')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .filter((text) => text.includes("/base/mark.ts'"))
    .join('\n');
  const quoted = [...code.matchAll(/'([a-z]+(?:-[a-z]+)+)'/g)].map((match) => match[1]!);
  const calls = [...code.matchAll(/mark\(\s*'([^']+)'\s*\)/g)].map((match) => match[1]!);
  expect(calls.filter((name) => !(name in listed))).toEqual([]);
  expect(Object.keys(listed).filter((name) => !quoted.includes(name))).toEqual([]);
});

it('a mark says what happens, in no more than a line, and an excuse says why it need not', () => {
  for (const { means, excused } of Object.values(listed)) {
    expect(means.length).toBeGreaterThan(15);
    expect(means.length).toBeLessThan(90);
    if (excused !== undefined) expect(excused.length).toBeGreaterThan(15);
  }
  const names = [...Object.keys(marks), ...Object.keys(worldMarks)];
  expect(new Set(names).size).toBe(names.length);
});
