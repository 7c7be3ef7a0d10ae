import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kafkaPoints } from '../src/kafka/points.ts';
import { faultKinds } from '../src/trial/faults/registry.ts';
import { sightNames } from '../src/trial/faults/trigger.ts';
import { properties } from '../src/trial/properties/registry.ts';
import { targetKinds } from '../src/trial/targets/registry.ts';
import { traceSorts } from '../src/trial/trace/record.ts';

const root = resolve(import.meta.dirname, '..');
const searching = readFileSync(resolve(root, 'docs/searching.md'), 'utf8');
const scenarios = readFileSync(resolve(root, 'docs/scenarios.md'), 'utf8');

describe('the documentation', () => {
  /** The tables of the page are those of the registries, line by line. */
  const tableOf = (rows: readonly (readonly [string, string])[]): string =>
    rows.map(([name, says]) => `| \`${name}\` | ${says} |\n`).join('');

  it('lists every kind of fault as its kind says', () => {
    expect(scenarios).toContain(tableOf(faultKinds.map(({ name, does }) => [name, does])));
  });

  it('says which kinds no seed draws, and why', () => {
    const notDrawn = faultKinds.filter((kind) => kind.notDrawn !== undefined);
    const names = notDrawn.map(({ name }) => `\`${name}\``).join(', ');
    for (const { notDrawn: why } of notDrawn)
      expect(scenarios).toContain(`No seed draws ${names}: ${why}`);
  });

  it('lists every delay point with what waits while it holds', () => {
    expect(scenarios).toContain(tableOf(Object.entries(kafkaPoints)));
  });

  it('lists every target as it is written', () => {
    expect(scenarios).toContain(tableOf(targetKinds.map(({ form, means }) => [form, means])));
  });

  it('lists every property by its sentence', () => {
    expect(scenarios).toContain(tableOf(properties.map((p) => [p.name, p.sentence])));
  });

  it('says when each property is at risk', () => {
    expect(searching).toContain(tableOf(properties.map(({ name, risk }) => [name, risk])));
  });

  it('lists the sorts of records of a trace', () => {
    expect(searching).toContain(tableOf(Object.entries(traceSorts)));
  });

  it('lists what a trigger may wait for', () => {
    expect(sightNames.filter((name) => !scenarios.includes(`\`${name}\``))).toEqual([]);
  });

  it('links to files that are there', () => {
    for (const page of [
      'README.md',
      'docs/scenarios.md',
      'docs/searching.md',
      'docs/architecture.md',
      'CONTRIBUTING.md',
    ]) {
      const text = readFileSync(resolve(root, page), 'utf8');
      for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
        expect(
          () => readFileSync(resolve(root, page, '..', target!)),
          `${page} → ${target}`,
        ).not.toThrow();
      }
    }
  });
});
