import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kafkaNodeRules } from '../../../src/kafka/broker/node-rules.ts';
import { clientRules } from '../../../src/kafka/client/rules.ts';
import { exhibitOf, exhibits } from '../../../src/trial/museum/registry.ts';
import { wrongRulesOf } from './wrong-rules-of.ts';

const root = resolve(import.meta.dirname, '../../..');
const rightRules: Record<string, object> = { ...kafkaNodeRules, client: clientRules };

/** `room.rule` of each wrong rule. */
const namesOf = (id: string): string[] =>
  Object.entries(exhibitOf(id)!.rules).flatMap(([room, rules]) =>
    Object.keys(rules).map((name) => `${room}.${name}`),
  );

describe('the museum', () => {
  it('has each exhibit once, and each is known by its id', () => {
    expect(new Set(exhibits.map(({ id }) => id)).size).toBe(exhibits.length);
    for (const exhibit of exhibits) expect(exhibitOf(exhibit.id.toUpperCase())).toBe(exhibit);
  });

  it('puts wrong rules in place of rules that there are', () => {
    const right = Object.entries(rightRules).flatMap(([room, rules]) =>
      Object.keys(rules).map((name) => `${room}.${name}`),
    );
    for (const { id, rules } of exhibits) {
      expect(namesOf(id).length, id).toBeGreaterThan(0);
      for (const name of namesOf(id)) expect(right, id).toContain(name);
      for (const [room, wrong] of Object.entries(rules)) {
        for (const [name, rule] of Object.entries(wrong)) {
          expect(rule, `${id} ${name}`).not.toBe(
            (rightRules[room] as Record<string, unknown>)[name],
          );
        }
      }
    }
  });

  it('swaps each rule somewhere, but those of groups that nobody has got wrong', () => {
    const swapped = new Set(exhibits.flatMap(({ id }) => namesOf(id)));
    const all = Object.entries(rightRules).flatMap(([room, rules]) =>
      Object.keys(rules).map((name) => `${room}.${name}`),
    );
    expect(all.filter((name) => !swapped.has(name))).toEqual([
      'classic.judgeIdentity',
      'classic.judgeGeneration',
      'classic.rejoinRebalances',
      'classic.allHaveJoined',
      'classic.assignmentStands',
      'consumer.ownsRevoked',
      'consumer.isFree',
    ]);
  });
});

describe('where one rule makes up for another', () => {
  it('both are on show, and so is what comes of both being wrong', () => {
    for (const { id, coveredBy } of exhibits) {
      if (coveredBy === undefined) continue;
      expect(exhibitOf(coveredBy), `${id} is covered by ${coveredBy}`).toBeDefined();
      const both = exhibits.filter(
        ({ together }) => together?.includes(id) && together.includes(coveredBy),
      );
      expect(both.map((exhibit) => exhibit.id).length, id).toBeGreaterThan(0);
    }
  });

  it('what is wrong together is all that is wrong in the parts', () => {
    for (const { id, rules, together } of exhibits) {
      if (together === undefined) continue;
      expect(together.length, id).toBeGreaterThan(1);
      expect(namesOf(id).sort(), id).toEqual([...new Set(together.flatMap(namesOf))].sort());
      for (const part of together) {
        for (const [room, wrong] of Object.entries(exhibitOf(part)!.rules)) {
          expect(rules[room as keyof typeof rules], `${id}: ${part}`).toMatchObject(wrong);
        }
      }
    }
  });
});

describe('an exhibit that no trial can see', () => {
  for (const { id, unseen } of exhibits) {
    if (unseen === undefined) continue;
    it(`${id} is shown by a test that runs its wrong rules`, () => {
      expect(unseen.why.length).toBeGreaterThan(20);
      const file = join(root, unseen.test);
      expect(existsSync(file), unseen.test).toBe(true);
      // That they are asked, and decide otherwise, `wrongRulesOf` sees to.
      expect(readFileSync(file, 'utf8')).toContain(`wrongRulesOf('${id}', `);
    });
  }
});

describe('a test that takes an exhibit’s rules', () => {
  it.fails('fails where it never asks them', () => {
    wrongRulesOf('KIP-853', 'raft');
  });

  it.fails('fails where they decide as the right ones do', () => {
    expect(wrongRulesOf('KIP-853', 'raft').isSameReplica?.('a', 'a')).toBe(true);
  });

  it('passes where they decide otherwise', () => {
    expect(wrongRulesOf('KIP-853', 'raft').isSameReplica?.('a', 'b')).toBe(true);
  });
});
