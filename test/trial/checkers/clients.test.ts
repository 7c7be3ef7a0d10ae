import { describe, expect, it } from 'vitest';
import { violationInWords } from '../../../src/trial/words.ts';
import { judgeClients, propertiesOf, Scene } from './scenes.ts';

describe('what clients saw', () => {
  it('a history in which everything is read once and in order breaks nothing', () => {
    const scene = new Scene();
    for (let offset = 0; offset < 5; offset++) scene.acked(offset, { key: 'k' });
    scene.read([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
    scene.read([
      [3, 3],
      [4, 4],
    ]);
    expect(judgeClients(scene)).toEqual([]);
  });

  it('lost-write: an acknowledged value below the highest offset read was never read', () => {
    const scene = new Scene();
    for (let offset = 0; offset < 3; offset++) scene.acked(offset);
    scene.read([[0, 0]]);
    scene.read([[2, 2]], 1);
    const [violation, ...rest] = judgeClients(scene);
    expect(violation).toMatchObject({ property: 'lost-write', partition: 'orders-0' });
    expect(violationInWords(violation!)).toContain('offset 1 of orders-0');
    expect(rest).toEqual([]);
  });

  it('lost-write: the offset that was acknowledged holds another value', () => {
    const scene = new Scene();
    scene.acked(0);
    scene.acked(0);
    scene.acked(1);
    scene.read([
      [0, 1],
      [1, 2],
    ]);
    expect(propertiesOf(judgeClients(scene))).toEqual(['lost-write']);
  });

  it('unseen: an acknowledged value above all that was read', () => {
    const scene = new Scene();
    scene.acked(0);
    scene.acked(1);
    scene.read([[0, 0]]);
    expect(propertiesOf(judgeClients(scene))).toEqual(['unseen']);
  });

  it('a value of unknown outcome may be read or not', () => {
    const scene = new Scene();
    scene.failed('info');
    scene.failed('info');
    scene.read([[0, 1]]);
    expect(judgeClients(scene)).toEqual([]);
  });

  it('failed-read: a value whose send certainly failed, or that nobody sent', () => {
    const failed = new Scene();
    failed.failed('fail');
    failed.read([[0, 0]]);
    expect(propertiesOf(judgeClients(failed))).toEqual(['failed-read']);
    const invented = new Scene();
    invented.read([[0, 7]]);
    expect(propertiesOf(judgeClients(invented))).toEqual(['failed-read']);
  });

  it('inconsistent-offsets: a value stands elsewhere than acknowledged', () => {
    const scene = new Scene();
    scene.acked(0);
    scene.acked(0, { producer: 1 });
    scene.read([
      [0, 1],
      [1, 0],
    ]);
    expect(propertiesOf(judgeClients(scene))).toEqual(['inconsistent-offsets']);
  });

  it('consistent-read: a record once consumed changed', () => {
    const scene = new Scene();
    scene.acked(0);
    scene.failed('info');
    scene.read([[0, 0]], 0);
    scene.read([[0, 1]], 1);
    expect(propertiesOf(judgeClients(scene))).toEqual(['consistent-read']);
  });

  it('duplicate: one value at two offsets', () => {
    const scene = new Scene();
    scene.acked(1);
    scene.read([
      [0, 0],
      [1, 0],
    ]);
    const violations = judgeClients(scene);
    expect(propertiesOf(violations)).toEqual(['duplicate']);
    expect(violationInWords(violations[0]!)).toContain(
      'offset 0 of orders-0 and at offset 1 of orders-0',
    );
    expect(judgeClients(scene, false)).toEqual([]);
  });

  it('nonmonotonic-send: acknowledged offsets of one producer step back', () => {
    const scene = new Scene();
    scene.acked(1, { key: 'a' });
    scene.acked(0, { key: 'b' });
    scene.read([
      [0, 1],
      [1, 0],
    ]);
    expect(propertiesOf(judgeClients(scene))).toEqual(['nonmonotonic-send']);
    expect(judgeClients(scene, false)).toEqual([]);
  });

  it('record-order: records of one producer and key stand in another order than sent', () => {
    const scene = new Scene();
    for (let i = 0; i < 2; i++)
      scene.history.failSend(scene.send({ key: 'k' }), 5000, 'info', {
        error: 'timed out',
        cause: 'timeout',
      });
    scene.read([
      [0, 1],
      [1, 0],
    ]);
    expect(propertiesOf(judgeClients(scene))).toEqual(['record-order']);
    expect(judgeClients(scene, false)).toEqual([]);
  });

  it('record-order says nothing of other keys, producers and incarnations', () => {
    const scene = new Scene();
    const senders = [
      { key: 'a' },
      { key: 'b' },
      { key: 'a', producer: 1 },
      { key: 'a', incarnation: 1 },
    ];
    for (const sender of senders)
      scene.history.failSend(scene.send(sender), 5000, 'info', {
        error: 'timed out',
        cause: 'timeout',
      });
    scene.read([
      [0, 3],
      [1, 2],
      [2, 1],
      [3, 0],
    ]);
    expect(judgeClients(scene)).toEqual([]);
  });

  it('poll-skip: a consumer jumps over a record that another one read', () => {
    const scene = new Scene();
    for (let offset = 0; offset < 3; offset++) scene.acked(offset);
    scene.read(
      [
        [0, 0],
        [2, 2],
      ],
      0,
    );
    scene.read(
      [
        [0, 0],
        [1, 1],
        [2, 2],
      ],
      1,
    );
    const violations = judgeClients(scene);
    expect(propertiesOf(violations)).toEqual(['poll-skip']);
    expect(violationInWords(violations[0]!)).toContain('consumer 0');
  });

  it('a gap in which nobody read anything is no skip', () => {
    const scene = new Scene();
    scene.acked(0);
    scene.acked(2);
    scene.read([
      [0, 0],
      [2, 1],
    ]);
    expect(judgeClients(scene)).toEqual([]);
  });

  it('nonmonotonic-poll: a consumer steps back within a session, not across two', () => {
    const back = new Scene();
    back.acked(0);
    back.acked(1);
    back.read([
      [0, 0],
      [1, 1],
    ]);
    back.read([[1, 1]]);
    expect(propertiesOf(judgeClients(back))).toEqual(['nonmonotonic-poll']);
    const again = new Scene();
    again.acked(0);
    again.acked(1);
    again.read(
      [
        [0, 0],
        [1, 1],
      ],
      0,
      0,
    );
    again.read(
      [
        [0, 0],
        [1, 1],
      ],
      0,
      1,
    );
    expect(judgeClients(again)).toEqual([]);
  });

  it('sends-complete: a send is never answered', () => {
    const scene = new Scene();
    scene.send();
    expect(propertiesOf(judgeClients(scene))).toEqual(['sends-complete']);
    scene.history.abandonPending(0, 9000);
    expect(judgeClients(scene)).toEqual([]);
  });

  it('keeps the first few of many violations of a kind', () => {
    const scene = new Scene();
    for (let offset = 0; offset < 50; offset++) scene.acked(offset);
    scene.read([[49, 49]]);
    expect(judgeClients(scene)).toHaveLength(3);
  });
});
