import { describe, expect, it } from 'vitest';
import type { ReplicationRules } from '../../../src/kafka/replication/rules.ts';
import type { LabOptions } from './lab.ts';
import { Broken, settle } from './lab-promises.ts';
import { runScript } from './script.ts';

async function golden(name: string, script: string, options: LabOptions = {}): Promise<void> {
  const { lab, text } = runScript(`${script}\n state`, options);
  await expect(text).toMatchFileSnapshot(`../../transcripts/replication/${name}.txt`);
  settle(lab);
}

interface HistoricalBug {
  readonly name: string;
  readonly title: string;
  readonly options?: LabOptions;
  readonly script: string;
  readonly wrong: Partial<ReplicationRules>;
  readonly broken: RegExp;
}

const bugs: readonly HistoricalBug[] = [
  {
    name: 'kip-101',
    title: 'a follower does not cut to its high watermark, which lags (KIP-101)',
    options: { nodes: 2 },
    // 2 has the record, and so it is committed; but 2 has not been told.
    script: `
      produce 1
      fetch 2
      ask 2 late
      arrive late
      elect 1
      learn 1 2
      crash 1
      learn 2`,
    wrong: { truncationOnBecomingFollower: (highWatermark) => highWatermark },
    broken: /leader 2 lost committed 0/,
  },
  {
    name: 'kip-279',
    title: 'a follower asks again until the epochs agree (KIP-279, KAFKA-6361)',
    options: { nodes: 2 },
    script: `
      produce 1
      fetch 2 2
      elect 2
      learn 2
      produce 2
      elect 1
      learn 1
      produce 1 3
      elect 2
      learn 2
      produce 2 2
      elect 1
      learn 1 2
      state
      fetch 2
      fetch 2
      fetch 2
      fetch 2`,
    wrong: {
      truncationOnDivergence: (leaderEnd, _own, logEndOffset) =>
        Math.min(leaderEnd.endOffset, logEndOffset),
      lastFetchedEpoch: (latest, truncated) => (truncated ? -1 : latest),
    },
    broken: /is not what was committed/,
  },
  {
    name: 'kafka-7128',
    title: 'a follower joins only once it has reached the start of the leader epoch (KAFKA-7128)',
    options: { nodes: 4 },
    // 2 leads with a high watermark that lags: 3 is level with it, and lacks a committed record.
    script: `
      crash 3
      learn-all
      produce 1
      fetch 2
      fetch 4
      ask 2 late
      arrive late
      ask 4 late-too
      arrive late-too
      crash 1
      learn-all
      restart 3
      learn-all
      ask 3 first
      arrive first
      answer
      elect 3
      learn 3`,
    wrong: {
      mayJoinIsr: ({ broker, highWatermark, logEndOffset }) =>
        broker?.fenced === false && logEndOffset >= highWatermark,
    },
    broken: /leader 3 lost committed 0/,
  },
  {
    name: 'kip-320',
    title: 'a fetch of an older leader epoch does not move the high watermark (KIP-320)',
    // 3 once had what 1 leads with again, but has cut it meanwhile.
    script: `
      produce 1
      fetch 2 2
      fetch 3 2
      produce 1
      fetch 3
      ask 3 stale
      elect 2
      learn 2 3
      fetch 3
      elect 1
      learn 1 2
      fetch 2 3
      arrive stale
      elect 3
      learn 3`,
    wrong: { epochError: () => 0 },
    broken: /leader 3 lost committed 1/,
  },
  {
    name: 'kafka-18991',
    title: 'a diverging answer of an older epoch cuts nothing (KAFKA-18991)',
    script: `
      produce 1
      fetch 2 2
      fetch 3 2
      elect 2
      learn 2
      produce 2
      elect 1
      learn 1 2
      ask 2 stale
      arrive stale
      elect 2
      learn-all
      fetch 1 3
      fetch 3 2
      elect 1
      learn 1 2
      deliver stale
      crash 1
      learn 2`,
    wrong: { acceptsAnswer: (_askedEpoch, asked, _epoch, logEndOffset) => asked === logEndOffset },
    broken: /leader 2 lost committed 1/,
  },
  {
    name: 'kafka-14704',
    title: 'a former leader cuts before it raises its high watermark (KAFKA-14704)',
    script: `
      produce 1
      fetch 2 2
      fetch 3 2
      produce 1
      elect 2
      learn 2 3
      produce 2
      wait 31
      fetch 3 2
      lag 2
      answer
      learn 1
      fetch 1`,
    wrong: {
      followerHighWatermark: (own, leaders, logEndOffset) =>
        Math.max(own, Math.min(leaders, logEndOffset)),
    },
    broken: /1: 1 is not what was committed/,
  },
  {
    name: 'removal-not-committed',
    title: 'a member counts until its removal is committed (KIP-497)',
    script: `
      wait 31
      produce 1
      fetch 3 2
      lag 1
      elect 2
      learn 2`,
    wrong: { maximalIsr: (committed, proposed) => proposed ?? committed },
    broken: /leader 2 lost committed 0/,
  },
  {
    name: 'addition-not-committed',
    title: 'a member counts as soon as its addition is proposed (KIP-497)',
    script: `
      crash 2
      learn-all
      restart 2
      learn-all
      fetch 2
      judge
      wait 31
      produce 1
      fetch 3 2
      elect 2
      learn 2`,
    wrong: { maximalIsr: (committed) => committed },
    broken: /leader 2 lost committed 0/,
  },
  {
    name: 'kip-903',
    title: 'a delayed proposal does not admit a broker that came back empty (KIP-903, KAFKA-14139)',
    script: `
      crash 2
      learn-all
      produce 1
      fetch 3 2
      restart 2
      learn-all
      fetch 2 2
      wipe 2
      restart 2
      judge
      elect 2
      learn 2`,
    wrong: { proposedBrokerEpoch: () => -1 },
    broken: /leader 2 lost committed 0/,
  },
];

describe('transcripts of replication', () => {
  it.each(bugs)('$title', async ({ name, options, script }) => {
    await golden(name, script, options);
  });

  it.each(bugs)(
    'and without that rule a promise breaks: $name',
    ({ broken, options, script, wrong }) => {
      const run = () => runScript(script, { ...options, rules: wrong });
      expect(run).toThrow(Broken);
      expect(run).toThrow(broken);
    },
  );

  it('the high watermark stays while the ISR is below min ISR (KIP-966, KAFKA-15583)', async () => {
    const options = { nodes: 2, minInsyncReplicas: 2 };
    const script = `
      crash 2
      learn 1
      produce 1`;
    await golden('below-min-isr', script, options);
    const wrong = runScript(script, { ...options, rules: { mayAdvanceHighWatermark: () => true } });
    expect(wrong.lab.broker(1).partition.highWatermark).toBe(1);
  });

  it('a committed shrink of the ISR moves the high watermark at once (KAFKA-13091)', async () => {
    const script = `
      wait 31
      produce 1
      fetch 3 2
      lag 1
      answer`;
    await golden('kafka-13091', script);
    const wrong = runScript(script, { rules: { recomputesOnIsrCommit: () => false } });
    expect(wrong.lab.broker(1).partition.highWatermark).toBe(0);
  });

  it('a follower that was away catches up and joins the ISR again', async () => {
    await golden(
      'away-and-back',
      `
      produce 1 2
      fetch 2 2
      fetch 3 2
      crash 3
      learn-all
      produce 1 2
      fetch 2 2
      restart 3
      learn-all
      fetch 3
      fetch 3
      answer
      fetch 3`,
    );
  });
});
