import { describe, expect, it } from 'vitest';
import { zeroUuid } from '../../../src/base/ids.ts';
import type { Observation } from '../../../src/kafka/observation.ts';
import { Judge } from '../../../src/trial/checkers/judge.ts';
import { metadataPartition } from '../../../src/trial/checkers/partition-logs.ts';
import type { Guarantees } from '../../../src/trial/guarantees/guarantees.ts';
import { History } from '../../../src/trial/history/history.ts';
import { evidenceInWords } from '../../../src/trial/words.ts';
import {
  appended,
  committed,
  flushed,
  followerMark,
  guarantees,
  judgeCluster,
  nothingKnown as knowledge,
  leaderMark,
  leads,
  metadataLog,
  partition,
  propertiesOf,
  topicId,
  withoutPower,
} from './scenes.ts';

const everywhere = (offset: number, epoch = 1): Observation[] =>
  [1, 2, 3].map((node) => appended(node, offset, epoch));
const quorumState = (node: number, epoch: number, role: 'leader' | 'follower'): Observation => ({
  kind: 'quorum-state',
  node,
  epoch,
  role,
  leader: node,
  votedFor: -1,
});

describe('what the cluster shows', () => {
  it('an orderly replication breaks nothing', () => {
    const scene = [
      leads(1, 1, 0),
      ...everywhere(0),
      leaderMark(1, 1, 1, [1, 2, 3]),
      followerMark(2, 1, 1),
      ...everywhere(1),
      leaderMark(1, 1, 2, [1, 2, 3]),
      leads(2, 2, 2),
      followerMark(1, 2, 1),
    ];
    expect(judgeCluster(scene)).toEqual([]);
  });

  it('single-leader: two nodes lead a partition, or the quorum, in one epoch', () => {
    expect(propertiesOf(judgeCluster([leads(1, 4, 0), leads(2, 4, 0)]))).toEqual(['single-leader']);
    expect(judgeCluster([leads(1, 4, 0), leads(2, 5, 0)])).toEqual([]);
    expect(
      propertiesOf(judgeCluster([quorumState(1, 3, 'leader'), quorumState(2, 3, 'leader')])),
    ).toEqual(['single-leader']);
    expect(judgeCluster([quorumState(1, 3, 'leader'), quorumState(2, 3, 'follower')])).toEqual([]);
  });

  it('single-vote: a voter votes twice in an epoch', () => {
    const vote = (candidate: number, epoch: number): Observation => ({
      kind: 'vote-granted',
      node: 1,
      epoch,
      candidate,
    });
    expect(propertiesOf(judgeCluster([vote(2, 7), vote(3, 7)]))).toEqual(['single-vote']);
    expect(judgeCluster([vote(2, 7), vote(2, 7), vote(3, 8)])).toEqual([]);
  });

  it('monotonic-epoch: epochs fall', () => {
    const state = { leader: 1, isr: [1, 2, 3] };
    const falls = (leaderEpoch: number, partitionEpoch: number): string[] =>
      propertiesOf(
        judgeCluster([
          committed(10, { ...state, leaderEpoch: 5, partitionEpoch: 5 }),
          committed(11, { ...state, leaderEpoch, partitionEpoch }),
        ]),
      );
    expect(falls(4, 6)).toEqual(['monotonic-epoch']);
    expect(falls(5, 5)).toEqual(['monotonic-epoch']);
    expect(falls(5, 6)).toEqual([]);
    expect(
      propertiesOf(judgeCluster([quorumState(1, 3, 'follower'), quorumState(1, 2, 'follower')])),
    ).toEqual(['monotonic-epoch']);
  });

  it('a node that returns with an empty disk is not held to the epochs it knew', () => {
    const judge = new Judge([1, 2, 3], guarantees());
    judge.observe(quorumState(1, 3, 'follower'), 0);
    judge.diskReplaced(1);
    judge.observe(quorumState(1, 0, 'follower'), 1);
    expect(judge.conclude(new History(), () => true, 2)).toEqual([]);
  });

  it('monotonic-high-watermark: it falls while one node leads', () => {
    const scene = [
      leads(1, 1, 0),
      ...everywhere(0),
      ...everywhere(1),
      leaderMark(1, 1, 2, [1, 2, 3]),
    ];
    expect(propertiesOf(judgeCluster([...scene, leaderMark(1, 1, 1, [1, 2, 3])]))).toEqual([
      'monotonic-high-watermark',
    ]);
    expect(judgeCluster([...scene, leads(2, 2, 2), leaderMark(2, 2, 1, [1, 2, 3])])).toEqual([]);
  });

  it('high-watermark-replicated: a member of the ISR lacks what lies below', () => {
    const scene = [leads(1, 1, 0), appended(1, 0, 1), appended(2, 0, 1)];
    expect(propertiesOf(judgeCluster([...scene, leaderMark(1, 1, 1, [1, 2, 3])]))).toEqual([
      'high-watermark-replicated',
    ]);
    expect(judgeCluster([...scene, leaderMark(1, 1, 1, [1, 2])])).toEqual([]);
  });

  it('high-watermark-replicated: the quorum commits without a majority', () => {
    const metadata = (node: number): Observation => ({
      kind: 'batch-appended',
      node,
      topicId: zeroUuid,
      partition: metadataPartition,
      baseOffset: 0,
      lastOffset: 0,
      leaderEpoch: 1,
      crc: 9,
    });
    const mark: Observation = {
      kind: 'quorum-high-watermark',
      node: 1,
      epoch: 1,
      role: 'leader',
      highWatermark: 1,
    };
    const synced = [1, 2].map((node) => flushed(node, 1, metadataLog));
    expect(propertiesOf(judgeCluster([metadata(1), ...synced, mark]))).toEqual([
      'high-watermark-replicated',
    ]);
    expect(judgeCluster([metadata(1), metadata(2), ...synced, mark])).toEqual([]);
  });

  it('acked-by-min-isr: fewer replicas hold a record than the topic is configured to have', () => {
    const minimum = (copies: number): Guarantees =>
      guarantees({
        topics: new Map([
          [
            'orders',
            {
              topic: 'orders',
              copies,
              spares: 1,
              flushed: false,
              keepsAll: true,
              cleanElections: true,
            },
          ],
        ]),
      });
    const alone = [leads(1, 1, 0), appended(1, 0, 1), leaderMark(1, 1, 1, [1])];
    expect(propertiesOf(judgeCluster(alone, minimum(2)))).toEqual(['acked-by-min-isr']);
    expect(judgeCluster(alone, minimum(1))).toEqual([]);
    const both = [
      leads(1, 1, 0),
      appended(1, 0, 1),
      appended(2, 0, 1),
      leaderMark(1, 1, 1, [1, 2]),
    ];
    expect(judgeCluster(both, minimum(2))).toEqual([]);
  });

  it('synced-when-acknowledged: a replica that was counted on had not synced the record', () => {
    const topic = (isFlushed: boolean): Guarantees =>
      guarantees({
        topics: new Map([
          [
            'orders',
            {
              topic: 'orders',
              copies: 2,
              spares: 1,
              flushed: isFlushed,
              keepsAll: true,
              cleanElections: true,
            },
          ],
        ]),
      });
    const appends = [leads(1, 1, 0), appended(1, 0, 1), appended(2, 0, 1), flushed(1, 1)];
    const mark = leaderMark(1, 1, 1, [1, 2]);
    expect(propertiesOf(judgeCluster([...appends, mark], topic(true)))).toEqual([
      'synced-when-acknowledged',
    ]);
    expect(judgeCluster([...appends, mark], topic(false))).toEqual([]);
    expect(judgeCluster([...appends, flushed(2, 1), mark], topic(true))).toEqual([]);
  });

  it('synced-when-acknowledged: the quorum counts a voter that has not synced', () => {
    const append = (node: number): Observation => ({
      kind: 'batch-appended',
      node,
      ...metadataLog,
      baseOffset: 0,
      lastOffset: 0,
      leaderEpoch: 1,
      crc: 9,
    });
    const commit: Observation = {
      kind: 'quorum-high-watermark',
      node: 1,
      epoch: 1,
      role: 'leader',
      highWatermark: 1,
    };
    const scene = [append(1), append(2), flushed(1, 1, metadataLog)];
    expect(propertiesOf(judgeCluster([...scene, commit]))).toEqual(['synced-when-acknowledged']);
    expect(judgeCluster([...scene, flushed(2, 1, metadataLog), commit])).toEqual([]);
  });

  it('retention-safe: what is not committed, or what the topic keeps, is deleted', () => {
    const topic = (keepsAll: boolean): Guarantees =>
      guarantees({
        topics: new Map([
          [
            'orders',
            {
              topic: 'orders',
              copies: 2,
              spares: 1,
              flushed: false,
              keepsAll,
              cleanElections: true,
            },
          ],
        ]),
      });
    const moved = (start: number): Observation => {
      return { kind: 'log-start-moved', node: 1, topicId, partition, start };
    };
    const scene = [
      leads(1, 1, 0),
      ...everywhere(0),
      ...everywhere(1),
      leaderMark(1, 1, 1, [1, 2, 3]),
    ];
    expect(judgeCluster([...scene, moved(1)], topic(false))).toEqual([]);
    expect(propertiesOf(judgeCluster([...scene, moved(2)], topic(false)))).toEqual([
      'retention-safe',
    ]);
    expect(propertiesOf(judgeCluster([...scene, moved(1)], topic(true)))).toEqual([
      'retention-safe',
    ]);
  });

  it('log-matching: a follower differs below its own high watermark', () => {
    const scene = [
      leads(1, 1, 0),
      appended(1, 0, 1),
      appended(2, 0, 1, 99),
      leaderMark(1, 1, 1, [1, 2]),
    ];
    const violations = judgeCluster([...scene, followerMark(2, 1, 1)]);
    expect(propertiesOf(violations)).toEqual(['log-matching']);
    expect(violations[0]!.evidence.map(evidenceInWords).join()).toContain('crc 63');
    expect(judgeCluster([...scene, followerMark(2, 1, 0)])).toEqual([]);
  });

  it('metadata-log-matching: a node applied another record', () => {
    const metadata = (node: number, crc: number): Observation => ({
      kind: 'batch-appended',
      node,
      topicId: zeroUuid,
      partition: metadataPartition,
      baseOffset: 0,
      lastOffset: 0,
      leaderEpoch: 1,
      crc,
    });
    const mark = (node: number, role: 'leader' | 'follower'): Observation => ({
      kind: 'quorum-high-watermark',
      node,
      epoch: 1,
      role,
      highWatermark: 1,
    });
    const scene = (crc: number): Observation[] => [
      metadata(1, 9),
      metadata(2, 9),
      metadata(3, crc),
      flushed(1, 1, metadataLog),
      flushed(2, 1, metadataLog),
      mark(1, 'leader'),
      mark(3, 'follower'),
    ];
    expect(propertiesOf(judgeCluster(scene(8)))).toEqual(['metadata-log-matching']);
    expect(judgeCluster(scene(9))).toEqual([]);
  });

  it('leader-completeness: a new leader lacks a committed record, or has another in its place', () => {
    const scene = [
      leads(1, 1, 0),
      ...everywhere(0),
      appended(1, 1, 1),
      appended(2, 1, 1),
      leaderMark(1, 1, 2, [1, 2]),
    ];
    expect(propertiesOf(judgeCluster([...scene, leads(3, 2, 1)]))).toEqual(['leader-completeness']);
    expect(judgeCluster([...scene, leads(2, 2, 2)])).toEqual([]);
    expect(propertiesOf(judgeCluster([...scene, appended(3, 1, 1, 55), leads(3, 2, 2)]))).toEqual([
      'leader-completeness',
    ]);
  });

  it('a leader that learns late of its election owes nothing that later ones committed', () => {
    const scene = [
      leads(2, 3, 0),
      appended(2, 0, 3),
      appended(3, 0, 3),
      leaderMark(2, 3, 1, [2, 3]),
    ];
    expect(judgeCluster([...scene, leads(1, 2, 0)])).toEqual([]);
    expect(propertiesOf(judgeCluster([...scene, leads(1, 4, 0)]))).toEqual(['leader-completeness']);
  });

  it('candidate-completeness: a member of ISR or ELR lacks a committed record', () => {
    const scene = [
      leads(1, 1, 0),
      appended(1, 0, 1),
      appended(2, 0, 1),
      leaderMark(1, 1, 1, [1, 2]),
    ];
    const state = { leader: 1, leaderEpoch: 1, partitionEpoch: 1 };
    expect(
      propertiesOf(judgeCluster([...scene, committed(5, { ...state, isr: [1, 2, 3] })])),
    ).toEqual(['candidate-completeness']);
    expect(
      propertiesOf(judgeCluster([...scene, committed(5, { ...state, isr: [1], elr: [3] })])),
    ).toEqual(['candidate-completeness']);
    expect(judgeCluster([...scene, committed(5, { ...state, isr: [1, 2] })])).toEqual([]);
  });

  it('candidates that lost writes with their machine are not held to them until they are back', () => {
    const opened: Observation = {
      kind: 'log-opened',
      node: 2,
      topicId,
      partition,
      start: 0,
      end: 0,
      clean: false,
      knowledge,
    };
    const scene = [leads(1, 1, 0), ...everywhere(0), leaderMark(1, 1, 1, [1, 2, 3]), opened];
    const state = { leader: 1, leaderEpoch: 1, partitionEpoch: 1, isr: [1, 2, 3] };
    const judge = (last: Observation) =>
      judgeCluster([...scene, last], guarantees(), new History(), withoutPower);
    expect(judge(committed(5, state))).toEqual([]);
    expect(propertiesOf(judge(leads(2, 2, 0)))).toEqual(['leader-completeness']);
  });

  it("isr-superset: the leader counts on fewer than the controller's ISR", () => {
    const state = { leader: 1, leaderEpoch: 1, partitionEpoch: 2, isr: [1, 2, 3] };
    const view = (maximalIsr: number[]): Observation => ({
      kind: 'isr-changed',
      node: 1,
      topicId,
      partition,
      leaderEpoch: 1,
      partitionEpoch: 2,
      committedIsr: maximalIsr,
      maximalIsr,
    });
    expect(propertiesOf(judgeCluster([committed(5, state), view([1, 2])]))).toEqual([
      'isr-superset',
    ]);
    expect(judgeCluster([committed(5, state), view([1, 2, 3])])).toEqual([]);
  });

  it('no-truncation-below-hw: a replica cuts what it knew to be committed', () => {
    const cut = (to: number): Observation => ({
      kind: 'log-truncated',
      node: 2,
      topicId,
      partition,
      to,
      highWatermark: 3,
      knowledge,
    });
    expect(propertiesOf(judgeCluster([cut(2)]))).toEqual(['no-truncation-below-hw']);
    expect(judgeCluster([cut(3)])).toEqual([]);
  });

  it('acked-not-lost: no live replica holds an acknowledged record', () => {
    const history = new History();
    const send = history.invokeSend({
      producer: 0,
      incarnation: 0,
      topic: 'orders',
      key: null,
      acks: 'all',
      invokedUs: 0,
    });
    history.acknowledge(send, 1, partition, 1);
    const read = (): void =>
      history.poll({
        consumer: 0,
        stay: null,
        session: 0,
        phase: 'final',
        partition,
        atUs: 2,
        offsets: [1],
        values: [0],
      });
    read();
    expect(propertiesOf(judgeCluster([appended(1, 0, 1)], guarantees(), history))).toEqual([
      'acked-not-lost',
    ]);
    expect(judgeCluster([appended(1, 0, 1), appended(1, 1, 1)], guarantees(), history)).toEqual([]);
  });
});
