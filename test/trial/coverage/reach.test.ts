/**
 * What stock scenarios reach for certain, in the first seed as in any other. A mark that a scenario
 * reaches no more has lost its way: the code, the faults or the mark have moved.
 */
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Coverage } from '../../../src/trial/coverage/coverage.ts';
import type { SortName } from '../../../src/trial/coverage/sorts.ts';
import { runTrial } from '../../../src/trial/runner/trial.ts';
import type { Scenario } from '../../../src/trial/scenario/scenario.ts';

const folder = resolve(import.meta.dirname, '../../../scenarios');

/** By scenario: names, each with its sort. */
const certain: Readonly<Record<string, Partial<Record<SortName, readonly string[]>>>> = {
  'leader-crash': {
    mark: [
      'opened-after-unclean-stop',
      'duplicate-registration',
      'session-ended',
      'unclean-return',
      'joined-at-epoch-start',
      'position-validated',
      'batch-sent-again',
    ],
    replica: ['opened > leader', 'opened > follower', 'follower > leader'],
    isr: ['shrunk', 'expanded', 'full', 'elected clean', 'proposed'],
    risk: ['acked-not-lost', 'duplicate', 'single-leader', 'consistent-read', 'record-order'],
    kind: ['crash'],
    target: ['leader of <partition>'],
  },
  'isolate-controller': {
    mark: ['quorum-leader-unheard', 'answer-timed-out', 'voters-bound'],
    quorum: ['candidate > leader', 'leader > resigned', 'prospective > candidate'],
    risk: ['monotonic-epoch'],
    target: ['controller'],
  },
  'full-disk': { mark: ['log-directory-failed', 'quorum-disk-failed'] },
  'power-loss': { mark: ['write-lost', 'write-torn', 'recovery-cut', 'join-refused'] },
  'paused-leader': { mark: ['session-ended', 'fetch-fenced', 'consumer-refused-leader'] },
  'protocol-migration': {
    mark: ['group-upgraded', 'group-downgraded', 'member-gives-up-first', 'partition-not-free'],
    risk: ['processed-at-least-once'],
  },
  'static-member-bounce': { mark: ['static-member-replaced'], target: ['<client>'] },
  'offset-expiry': { mark: ['offset-expired'], target: ['coordinator of <group>'] },
  'member-paused-beyond-session': { mark: ['partitions-lost'], risk: ['processed-once'] },
  'rolling-restart': { mark: ['controlled-shutdown', 'leader-told-with-error'] },
};

describe('what a stock scenario reaches for certain', () => {
  for (const [name, sorts] of Object.entries(certain)) {
    it(`${name} reaches ${Object.keys(sorts).join(', ')}`, async () => {
      const { default: stock } = (await import(`${folder}/${name}.ts`)) as { default: Scenario };
      const coverage = new Coverage();
      await runTrial(stock, '1', { coverage });
      for (const [sort, names] of Object.entries(sorts)) {
        const missed = names.filter((one) => coverage.times(sort as SortName, one) === 0);
        expect(missed, sort).toEqual([]);
      }
    });
  }

  it('names scenarios that are there', () => {
    const stock = readdirSync(folder);
    expect(Object.keys(certain).filter((name) => !stock.includes(`${name}.ts`))).toEqual([]);
  });
});
