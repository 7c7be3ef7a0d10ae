import { expect, it } from 'vitest';
import { kafkaNode } from '/work/main/src/kafka/broker/node.ts';
import { KafkaClient } from '/work/main/src/kafka/client/client.ts';
import { defaultNodeSettings } from '/work/main/src/kafka/config.ts';
import { World } from '/work/main/src/sim/world.ts';
const nodes = [1, 2, 3];
const P = 3;
const cfg = (nodeId: number): any => ({ nodeId, roles: { broker: true, controller: true }, clusterId: 'end-to-end-cluster-idA', rack: null, advertisedHost: `m${nodeId}`, brokerPort: 9092, controllerPort: 9093, voters: nodes.map((id) => ({ nodeId: id, host: `m${id}`, port: 9093 })), dataDirectory: '', settings: defaultNodeSettings });
const seeds = (process.env.SEEDS ?? '1..10').split('..').map(Number);
for (let s = seeds[0]!; s <= seeds[1]!; s++)
  it(`seed ${s}`, async () => {
    const world = new World({ seed: `x${s}`, splitWrites: true, tieBreak: 'random' });
    for (const id of nodes) world.addMachine(`m${id}`).start(kafkaNode(cfg(id)));
    let ready = false; let producer: any; let lab: any;
    const read: { v: number; o: number }[][] = Array.from({ length: P }, () => []);
    const outcome: string[] = []; const offs: number[] = []; const events: string[] = [];
    world.addMachine('client').start((host) => {
      lab = host;
      const client = new KafkaClient({ host, clientId: 'traffic', bootstrap: nodes.map((id) => ({ host: `m${id}`, port: 9092 })) });
      client.admin().createTopics([{ name: 't', partitions: P, replicationFactor: 3, configs: { 'min.insync.replicas': '2' } }]).then(() => {
        ready = true;
        producer = client.producer({ deliveryTimeoutMs: 40000, requestTimeoutMs: 8000 });
        const consumer = client.consumer({ onError: (e) => events.push(e.message), onReset: (r) => events.push('reset ' + JSON.stringify(r)), onTruncation: (t) => events.push('trunc ' + JSON.stringify(t)), onRecords: (_t, p, rs) => { for (const { value, offset } of rs) read[p]!.push({ v: Number(new TextDecoder().decode(value!)), o: offset }); } });
        consumer.assign(read.map((_, partition) => ({ topic: 't', partition, from: 'earliest' })));
      });
      return { stop() {} };
    });
    const pass = async (sec: number) => { await world.runUntil(world.now + Math.round(sec * 1e6)); if (world.failure) throw world.failure; };
    for (let i = 0; i < 90 && !ready; i++) await pass(1);
    expect(ready).toBe(true);
    const rnd = world.random.stream('chaos');
    let sent = 0;
    let undo: (() => void) | null = null; let undoAt = 0; let next = 2;
    const t0 = world.now; const w0 = performance.now();
    for (let i = 0; i < 60 * 50; i++) {
      const v = sent++; outcome[v] = 'pending';
      producer.send({ topic: 't', partition: v % P, value: new TextEncoder().encode(String(v)) }, (e: any, r: any) => { if (outcome[v] !== 'pending') throw new Error('twice'); outcome[v] = e === null ? 'ok' : e.outcome; offs[v] = r?.offset ?? -1; });
      await pass(0.02);
      const sec = i / 50;
      if (undo && sec >= undoAt) { undo(); undo = null; next = sec + 3; }
      if (!undo && sec >= next) {
        const m = nodes[rnd.int(3)]!; const kind = rnd.int(5); const machine = world.machine(`m${m}`);
        undoAt = sec + 1 + rnd.int(14);
        if (kind === 0) { machine.crash(); undo = () => machine.restart(); }
        else if (kind === 1) { machine.powerLoss(); undo = () => machine.restart(); }
        else if (kind === 2) { machine.pause(); undo = () => machine.resume(); }
        else { const others = [...nodes.filter((x) => x !== m).map((x) => `m${x}`), ...(kind === 3 ? ['client'] : [])]; const links = others.flatMap((o) => [world.network.link(`m${m}`, o), world.network.link(o, `m${m}`)]); links.forEach((l) => l.block()); undo = () => links.forEach((l) => l.unblock()); }
      }
    }
    undo?.();
    await pass(100);
    const bad: string[] = [];
    const where = new Map<number, number[]>();
    read.forEach((vs, p) => { let lo = -1; let last = -1; for (const { v, o } of vs) { if (o <= lo) bad.push(`nonmono offs ${p} ${o}`); lo = o; if (v < last) bad.push(`order ${p}@${o}: ${v} after ${last}`); last = v; where.set(v, [...(where.get(v) ?? []), o]); } });
    for (let v = 0; v < sent; v++) {
      const w = where.get(v) ?? [];
      if (w.length > 1) bad.push(`dup ${v} at ${w}`);
      if (outcome[v] === 'ok' && w.length === 0) bad.push(`lost ${v}@${offs[v]}`);
      if (outcome[v] === 'ok' && offs[v]! >= 0 && w[0] !== offs[v]) bad.push(`offset ${v}: acked ${offs[v]} read ${w}`);
      if (outcome[v] === 'failed' && w.length > 0) bad.push(`failed but there ${v}`);
      if (outcome[v] === 'pending') bad.push(`pending ${v}`);
    }
    const count: Record<string, number> = {}; outcome.forEach((o) => (count[o] = (count[o] ?? 0) + 1));
    console.log(s, JSON.stringify(count), 'virtual/wall', Math.round(((world.now - t0) / 1e6) / ((performance.now() - w0) / 1e3)), events.slice(0, 4).join('; '));
    expect(bad.slice(0, 8)).toEqual([]);
  }, 60000);
