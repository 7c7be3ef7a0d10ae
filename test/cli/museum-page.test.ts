import { describe, expect, it } from 'vitest';
import type { Fate, Shown } from '../../src/cli/commands/bugs.ts';
import { type MutationScore, museumPage } from '../../src/cli/commands/museum-page.ts';
import { exhibitOf, exhibits } from '../../src/trial/museum/registry.ts';

const none: Fate = {
  trial: null,
  trials: 40,
  wallMs: 60_000,
  property: null,
  seed: null,
  scenario: null,
  varied: false,
};

const found = (trial: number, wallMs: number, varied = false): Fate => ({
  ...none,
  trial,
  wallMs,
  varied,
  property: 'duplicate',
  seed: String(1_000_000 + trial),
  scenario: 'swarm',
});

const shown = (id: string, drawn: Fate, hunted: Fate): Shown => ({
  exhibit: exhibitOf(id)!,
  drawn,
  hunted,
});

const facts = { trials: 40, seed: 1, mutation: null };

describe('the page of the museum', () => {
  const page = museumPage(
    [
      shown('KIP-101', found(8, 16_000), found(2, 4_000)),
      shown('KIP-98', found(3, 5_000), found(3, 5_000)),
      shown('KIP-996', none, found(20, 30_000, true)),
      shown('KAFKA-13091', none, none),
      shown('KAFKA-14359-renumbered', none, none),
    ],
    facts,
  );
  const rowOf = (id: string): string =>
    page.split('\n').find((line) => line.startsWith(`| ${id} |`))!;

  it('tells shares, medians, and how much longer plain drawing takes', () => {
    expect(page).toContain('Drawn: 2 of 4 found (50 %), the median at trial 8, after 16 s.');
    expect(page).toContain('Hunted: 3 of 4 found (75 %), the median at trial 3, after 5 s.');
    expect(page).toContain('Where both find (2), drawing takes 2.00 times as many trials');
  });

  it('tells trials and seconds to the first failure, and how to see it again', () => {
    expect(rowOf('KIP-101')).toContain('| 8 (16 s) | 2 (4 s) | `duplicate` |');
    expect(rowOf('KIP-101')).toContain('`replay swarm --seed 1000008 --bug KIP-101`');
    expect(rowOf('KIP-996')).toContain('`bugs --hunt KIP-996 --trials 40 --seed 1` keeps the plan');
    expect(rowOf('KAFKA-13091')).toMatch(/\| not in 40 \| not in 40 \| {2}\| {2}\|$/);
  });

  it('does not count what another rule makes up for, and names that rule', () => {
    const [counted, covered] = page.split('## Covered by another rule');
    expect(counted).not.toContain('| KAFKA-14359-renumbered |');
    expect(covered).toContain('Covered by the right rule of KAFKA-14359-together.');
  });

  it('names reason and proof of each that no trial can see', () => {
    for (const { id, unseen } of exhibits) {
      if (unseen === undefined) continue;
      expect(page).toContain(`- **${id}** (`);
      expect(page).toContain(`since ${unseen.why}.`);
      expect(page).toContain(`The proof: \`${unseen.test}\`.`);
    }
  });

  it('tells the mutation score where there is one', () => {
    expect(page).not.toContain('Small wrong edits');
    const mutation: MutationScore = {
      seed: '11',
      sample: 24,
      huntBudgetMs: 60_000,
      unit: { noticed: 18, of: 24 },
      hunt: { noticed: 6, of: 24 },
      either: { noticed: 20, of: 24 },
    };
    const told = museumPage([], { ...facts, mutation });
    expect(told).toContain('--seed 11 --sample 24 --hunt-budget 60s');
    expect(told).toMatch(/tests: 18 of 24 \(75 %\);\nby a blind hunt of 60 s: 6 of 24 \(25 %\);/);
  });
});
