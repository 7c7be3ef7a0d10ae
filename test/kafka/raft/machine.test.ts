import { describe, expect, it } from 'vitest';
import { RaftMachine } from '../../../src/kafka/raft/machine.ts';
import type { FetchRequest, FetchResponse } from '../../../src/kafka/raft/messages.ts';
import { kafkaRaftRules } from '../../../src/kafka/raft/rules.ts';
import { Lab, type LabNode, testRandom, timing } from './lab.ts';
import { MemoryLog } from './memory-log.ts';

/** Delivers what goes between these, until they wait. */
function deliver(lab: Lab, ...ids: number[]): void {
  const isAmong = (end: number | LabNode): boolean =>
    ids.includes(typeof end === 'number' ? end : end.id);
  for (let steps = 0; steps < 1000; steps++) {
    const index = lab.messages.findIndex(({ from, to }) => isAmong(from) && isAmong(to));
    if (index < 0) return;
    lab.deliver(index);
  }
  throw new Error('the machines talk without end');
}

function elected(autoDisk = true): Lab {
  const lab = new Lab({ voters: [1, 2, 3], autoDisk });
  for (const id of [1, 2, 3]) lab.node(id).start();
  if (!autoDisk) return lab;
  lab.node(1).timeout();
  deliver(lab, 1, 2, 3);
  return lab;
}

describe('a replica of the quorum', () => {
  it('says nothing that depends on its election before that is on disk', () => {
    const lab = elected(false);
    for (const id of [1, 2, 3]) {
      lab.node(id).finishPersist();
      lab.node(id).finishFlush();
    }
    lab.node(1).timeout();
    deliver(lab, 1, 2);
    // 1 stands, and its disk is slow: nobody is asked yet.
    expect(lab.node(1).machine?.role.name).toBe('candidate');
    expect(lab.messages.filter(({ kind }) => kind === 'request')).toHaveLength(1);
    lab.node(1).finishPersist();
    deliver(lab, 1, 2);
    // 2 has voted, and its disk is slow: 1 has no answer yet.
    expect(lab.node(2).machine?.election.votedKey?.id).toBe(1);
    expect(lab.node(1).machine?.role.name).toBe('candidate');
    lab.node(2).finishPersist();
    lab.node(2).finishPersist();
    deliver(lab, 1, 2);
    expect(lab.node(1).machine?.role.name).toBe('leader');
  });

  it('counts its own log, and acknowledges the leader’s, only as far as it is flushed', () => {
    const lab = elected(false);
    const settle = (id: number): void => {
      for (let round = 0; round < 3; round++) lab.node(id).finishPersist();
    };
    const machine = (id: number) => lab.node(id).machine;
    for (const id of [1, 2]) {
      settle(id);
      lab.node(id).finishFlush();
    }
    lab.node(1).timeout();
    for (let round = 0; round < 6; round++) {
      deliver(lab, 1, 2);
      settle(1);
      settle(2);
    }
    expect(machine(1)?.role.name).toBe('leader');
    expect(lab.node(2).log.endOffset).toBe(1);
    expect(lab.node(2).isFlushing).toBe(true);
    expect(machine(1)?.highWatermark).toBe(-1);
    lab.node(2).finishFlush();
    deliver(lab, 1, 2);
    expect(machine(1)?.highWatermark).toBe(-1);
    lab.node(1).finishFlush();
    expect(machine(1)?.highWatermark).toBe(1);
  });

  it('follows again after it was deposed while its appends lingered', () => {
    const lab = elected();
    const one = lab.node(1);
    one.run((machine) => {
      machine.appended(one.log.append(machine.epoch, 'lingers'), one.nowUs);
    });
    for (const id of [2, 3]) lab.node(id).elapse(2_000_000);
    lab.messages.length = 0;
    for (let round = 0; round < 5; round++) {
      lab.node(2).timeout();
      deliver(lab, 1, 2, 3);
    }
    expect(lab.leader()?.id).toBe(2);
    expect(one.log.entries).toEqual(lab.node(2).log.entries);
  });

  it('answers a waiting fetch on data, on a higher high watermark, and at its deadline', () => {
    const lab = elected();
    const answers = (): number => lab.messages.filter(({ kind }) => kind === 'response').length;
    expect(answers()).toBe(0);
    lab.node(1).append('a');
    lab.node(1).elapse(24_999);
    expect(answers()).toBe(0);
    lab.node(1).elapse(1);
    expect(answers()).toBe(2);
    deliver(lab, 1, 2, 3);
    expect(lab.node(3).machine?.highWatermark).toBe(3);
    expect(answers()).toBe(0);
    lab.node(1).elapse(499_999);
    expect(answers()).toBe(0);
    lab.node(1).elapse(1);
    expect(answers()).toBe(2);
  });

  it('gathers appends that come within the linger into one answer', () => {
    const lab = elected();
    lab.node(1).append('a');
    lab.node(1).elapse(10_000);
    lab.node(1).append('b');
    lab.node(1).elapse(15_000);
    const records = lab.messages.map((message) =>
      message.kind === 'response' && message.response.kind === 'fetch'
        ? new TextDecoder().decode(message.response.records)
        : '',
    );
    expect(records).toHaveLength(2);
    for (const text of records) expect(text).toMatch(/"a".*"b"/);
  });

  it('asks a voter that fails again only after the retry backoff', () => {
    const lab = elected();
    lab.node(1).crash(false);
    lab.messages.length = 0;
    lab.node(2).timeout();
    const asked = (): number => lab.messages.filter(({ to }) => to === 1).length;
    expect(asked()).toBe(1);
    lab.drop(lab.messages.findIndex(({ to }) => to === 1));
    expect(asked()).toBe(0);
    lab.node(2).elapse(19_999);
    expect(asked()).toBe(0);
    lab.node(2).elapse(1);
    expect(asked()).toBe(1);
  });

  it.each([2, 9])('fetches after a cut only once the cut itself is on disk: node %i', (id) => {
    const sent: (FetchRequest & { requestId: number })[] = [];
    const flushes: number[] = [];
    const log = new MemoryLog();
    for (const text of ['a', 'b', 'cut']) log.append(1, text);
    const machine = new RaftMachine({
      local: { id, directoryId: `d${id}` },
      voterIds: [1, 2, 3],
      timing,
      random: testRandom(1),
      log,
      rules: kafkaRaftRules,
      emit: (effect) => {
        if (effect.kind === 'flush') flushes.push(effect.flushId);
        if (effect.kind !== 'send' || effect.request.kind !== 'fetch') return;
        sent.push({ ...effect.request, requestId: effect.requestId });
      },
    });
    machine.start({ epoch: 2, leaderId: 1, votedKey: null }, 0, 0);
    expect(sent).toHaveLength(0);
    machine.logDurable(3, 1, 0);
    expect(sent).toMatchObject([{ fetchOffset: 3 }]);
    const response: FetchResponse = {
      kind: 'fetch',
      errorCode: 0,
      epoch: 2,
      leaderId: 1,
      highWatermark: 2,
      logStartOffset: 0,
      diverging: { leaderEpoch: 1, endOffset: 2 },
      records: new Uint8Array(0),
    };
    machine.response(1, sent[0]?.requestId ?? -1, response, 0);
    expect(log.endOffset).toBe(2);
    expect(flushes).toEqual([1, 2]);
    // A flush that had begun before says nothing of the cut.
    machine.logDurable(2, 1, 0);
    expect(sent).toHaveLength(1);
    machine.logDurable(2, 2, 0);
    expect(sent).toMatchObject([{ fetchOffset: 3 }, { fetchOffset: 2 }]);
  });
});
