import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { propertyNames } from '../src/trial/checkers/property.ts';
import { faultKinds } from '../src/trial/faults/fault.ts';

const root = resolve(import.meta.dirname, '..');
const scenarios = readFileSync(resolve(root, 'docs/scenarios.md'), 'utf8');

describe('the documentation', () => {
  it('explains every kind of fault and every property', () => {
    const missing = [...faultKinds, ...propertyNames].filter(
      (name) => !scenarios.includes(`\`${name}\``),
    );
    expect(missing).toEqual([]);
  });

  it('links to files that are there', () => {
    for (const page of [
      'README.md',
      'docs/scenarios.md',
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
