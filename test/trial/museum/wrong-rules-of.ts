/**
 * An exhibit's wrong rules, for the test of a room that shows what no trial can see. The test that
 * takes them fails at its end where one of them was never asked, or never decided otherwise than
 * the right rule would have: then it has shown nothing of the exhibit.
 */
import { isDeepStrictEqual } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import { kafkaNodeRules } from '../../../src/kafka/broker/node-rules.ts';
import { clientRules } from '../../../src/kafka/client/rules.ts';
import type { WrongRules } from '../../../src/trial/museum/exhibit.ts';
import { exhibitOf } from '../../../src/trial/museum/registry.ts';

type Rule = (...args: unknown[]) => unknown;

const rightRules = { ...kafkaNodeRules, client: clientRules };

export function wrongRulesOf<Room extends keyof WrongRules>(
  id: string,
  room: Room,
): NonNullable<WrongRules[Room]> {
  const wrong = exhibitOf(id)?.rules[room];
  if (wrong === undefined) throw new Error(`${id} has no wrong rule of the room ${room}`);
  const differed = new Set<string>();
  const watched = Object.entries(wrong).map(([name, decide]) => {
    const right = rightRules[room] as unknown as Record<string, Rule>;
    const rule: Rule = (...args) => {
      const decided = (decide as Rule)(...args);
      if (!isDeepStrictEqual(decided, right[name]!(...args))) differed.add(name);
      return decided;
    };
    return [name, rule];
  });
  onTestFinished(() => {
    expect([...differed].sort(), `rules of ${id} that decided otherwise`).toEqual(
      Object.keys(wrong).sort(),
    );
  });
  return Object.fromEntries(watched) as NonNullable<WrongRules[Room]>;
}
