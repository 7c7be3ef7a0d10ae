import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { marks } from '../../src/kafka/marks.ts';

const kafka = resolve(import.meta.dirname, '../../src/kafka');

it('each mark of the list stands in the code, and no other does', () => {
  const code = readdirSync(kafka, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name !== 'marks.ts')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .filter((text) => text.includes("/base/mark.ts'"))
    .join('\n');
  const quoted = [...code.matchAll(/'([a-z]+(?:-[a-z]+)+)'/g)].map((match) => match[1]!);
  const calls = [...code.matchAll(/mark\(\s*'([^']+)'\s*\)/g)].map((match) => match[1]!);
  expect(calls.filter((name) => !(name in marks))).toEqual([]);
  expect(Object.keys(marks).filter((name) => !quoted.includes(name))).toEqual([]);
});
