/**
 * Whatever a leader does with single requests, and in whatever order: what an idempotent producer
 * is told was acknowledged stands in the log once and in the order it was sent, what failed does
 * not, and what is unknown at most once. A leader that does its work again gets new records at
 * once.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClientRules, clientRules } from '../../../../src/kafka/client/rules.ts';
import { produceApi } from '../../../../src/kafka/protocol/apis/00-produce.ts';
import { initProducerIdApi } from '../../../../src/kafka/protocol/apis/22-init-producer-id.ts';
import { errorCode } from '../../../../src/kafka/protocol/errors.ts';
import type { Request } from '../../../../src/kafka/rpc/contract.ts';
import { isRequestOf } from '../../../../src/kafka/rpc/request.ts';
import type { FakeCluster } from '../fake-cluster.ts';
import { ProducerLab } from './producer-lab.ts';

type Produce = Request<typeof produceApi>;
type Fate = (cluster: FakeCluster, request: Produce, node: number) => void;

const refusedWith =
  (name: keyof typeof errorCode): Fate =>
  (cluster, request) =>
    cluster.refuse(request, errorCode[name]);

const appendedThen =
  (name: keyof typeof errorCode): Fate =>
  (cluster, request, node) => {
    cluster.produce(request, node, false);
    cluster.refuse(request, errorCode[name]);
  };

const lateMs = [300, 1_200, 2_500];

const fates: Record<string, Fate> = {
  accept: (cluster, request, node) => cluster.produce(request, node),
  refuse: refusedWith('notEnoughReplicas'),
  'refuse for good': refusedWith('invalidRecord'),
  'find too large': refusedWith('messageTooLarge'),
  'not lead for a moment': refusedWith('notLeaderOrFollower'),
  'append, then miss replicas': appendedThen('notEnoughReplicasAfterAppend'),
  'append, then fail': appendedThen('unknownServerError'),
  'append and say nothing': (cluster, request, node) => cluster.produce(request, node, false),
  'append and hang up': (cluster, request, node) => {
    cluster.produce(request, node, false);
    request.disconnect();
  },
  'hang up': (_cluster, request) => request.disconnect(),
  'say nothing': () => {},
  move: (cluster, request, node) => {
    cluster.moveLeader('t', 0, 1 - node);
    cluster.produce(request, node);
  },
  ...Object.fromEntries(lateMs.map((ms) => [`append ${ms} ms later and say nothing`, late(ms)])),
};

/** A request that was given up long ago arrives after all. */
function late(ms: number): Fate {
  return (cluster, request) => {
    const arrive = () => cluster.produce(request, cluster.partition('t', 0).leader, false);
    cluster.world.schedule(ms * 1000, 'a late request', arrive);
  };
}

const schedules = fc.record({
  /** Before each record, in milliseconds. */
  gapsMs: fc.array(fc.constantFrom(0, 0, 1, 2, 5, 700), { minLength: 2, maxLength: 12 }),
  /** Of the produce requests behind the first, in the order of their arrival. */
  fates: fc.array(fc.constantFrom(...Object.keys(fates)), { maxLength: 14 }),
  /** The leader no longer knows the producer, as after a day of silence. */
  forgets: fc.boolean(),
  /** One more epoch, then a new id. */
  epochsAreUsedUp: fc.boolean(),
});

type Schedule = typeof schedules extends fc.Arbitrary<infer T> ? T : never;

async function outcomesUnder(schedule: Schedule, rules: ClientRules) {
  const lab = await ProducerLab.open(
    { lingerMs: 0, requestTimeoutMs: 1000, deliveryTimeoutMs: 6000, retryBackoffMs: 20 },
    { nodes: 2, rules },
  );
  const { cluster } = lab;
  if (schedule.epochsAreUsedUp) giveLastEpochs(cluster);
  await lab.warmUp();
  if (schedule.forgets) cluster.log('t', 0).producers.clear();
  const left = schedule.fates.map((name) => fates[name]!);
  cluster.intercept = (request, node) => {
    if (!isRequestOf(request, produceApi)) return false;
    // A leader that is none does not decide.
    const fate = cluster.partition('t', 0).leader === node ? left.shift() : undefined;
    fate?.(cluster, request, node);
    return fate !== undefined;
  };
  for (const [at, gapMs] of schedule.gapsMs.entries()) {
    await cluster.runFor(gapMs);
    lab.send(`v${at}`, { partition: 0 });
  }
  await cluster.runFor(10_000);
  cluster.intercept = () => false;
  lab.send('last', { partition: 0 });
  await cluster.runFor(10_000);
  return { outcomes: lab.outcomes, values: cluster.log('t', 0).values };
}

function giveLastEpochs(cluster: FakeCluster): void {
  cluster.intercept = (request) => {
    if (!isRequestOf(request, initProducerIdApi)) return false;
    request.respond({ throttleTimeMs: 0, errorCode: 0, producerId: 7, producerEpoch: 32_766 });
    return true;
  };
}

const keepsItsPromise = (rules: ClientRules) =>
  fc.asyncProperty(schedules, async (schedule) => {
    const { outcomes, values } = await outcomesUnder(schedule, rules);
    const sent = ['warm', ...schedule.gapsMs.map((_, at) => `v${at}`), 'last'];
    expect(outcomes).not.toContain('pending');
    expect(outcomes.at(-1)).toMatch(/^ok/);
    expect(values).toEqual([...new Set(values)]);
    const acknowledged = sent.filter((_, at) => outcomes[at]!.startsWith('ok'));
    expect(values.filter((value) => acknowledged.includes(value))).toEqual(acknowledged);
    for (const [at, outcome] of outcomes.entries()) {
      if (outcome.startsWith('failed')) expect(values).not.toContain(sent[at]);
      if (/^ok \d/.test(outcome)) expect(values[Number(outcome.slice(3))]).toBe(sent[at]);
    }
    // A late request of a former id is fenced by nothing; of a former epoch it is.
    if (schedule.epochsAreUsedUp) return;
    expect(values).toEqual(sent.filter((value) => values.includes(value)));
  });

describe('an idempotent producer, whatever its leader does,', () => {
  it('writes once and in order what is acknowledged, and not what failed', async () => {
    await fc.assert(keepsItsPromise(clientRules), { numRuns: 150 });
  });

  it.each<[string, Partial<ClientRules>]>([
    ['renumbers what was overtaken (KAFKA-14359)', { isOvertaken: () => false }],
    ['renumbers what may be written (KAFKA-14034)', { mayRenumber: () => true }],
    [
      'goes on with its sequence in a new epoch (KAFKA-12152)',
      { sequenceAfterEpochBump: (n) => n },
    ],
    ['takes each error for a refusal', { attemptOutcome: () => 'not-written' }],
    ['takes no answer for a refusal', { outcomeWithoutAnswer: () => 'not-written' }],
  ])('does not where it %s', async (_what, wrong) => {
    const details = await fc.check(keepsItsPromise({ ...clientRules, ...wrong }), {
      numRuns: 1000,
      endOnFailure: true,
      seed: 1,
    });
    expect(details.failed).toBe(true);
  });
});
