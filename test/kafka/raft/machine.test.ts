import { describe, expect, it } from 'vitest';
import { Lab, type LabNode } from './lab.ts';

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

  it('answers a waiting fetch when data comes, when the high watermark moves, and at its deadline', () => {
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
});
