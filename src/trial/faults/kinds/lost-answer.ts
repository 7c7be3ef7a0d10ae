import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import type { AnswerLoss } from '../../../sim/node.ts';
import { counterparts } from '../../arena/link-sets.ts';
import { faultKind } from '../kind.ts';

export const lostAnswer = faultKind({
  name: 'lost-answer',
  does:
    'the next `answers` of the target `to` `nodes`, `clients` or `everybody` are lost after the work ' +
    'was done: in their place both ends get a reset',
  harm: 'nothing',
  fields: {
    answers: z.int().min(1).max(1_000).default(1),
    to: z.enum(['nodes', 'clients', 'everybody']).default('clients'),
  },
  draw: (random) => ({
    answers: 1 + random.int(drawOne([1, 5, 30], random)),
    to: drawOne(['nodes', 'clients', 'everybody'] as const, random),
  }),
  strike({ fault, machine: { name }, arena }) {
    const node = arena.world.network.node(name)!;
    const peers = new Set(counterparts(name, fault.to, arena));
    const loss: AnswerLoss = { peers, left: fault.answers, lost: 0 };
    node.answerLosses.add(loss);
    return {
      end: () => node.answerLosses.delete(loss),
      effect: () => ({ answersLost: loss.lost }),
    };
  },
  words: { answersLost: 'lost % answers, and reset their connections' },
});
