import { TestCluster } from '/work/wt/foreign/test/kafka/broker/cluster.ts';
import { installGuard } from '/work/wt/foreign/src/sim/guard.ts';
import { nodeProgram } from '/work/wt/foreign/src/foreign/node-program.ts';
const kind = process.argv[2] ?? 'kafkajs', ext = kind === 'kafkajs' ? 'cjs' : 'mjs';
const guard = process.argv[3] !== 'noguard';
import { Kernel } from '/work/wt/foreign/src/sim/kernel.ts';
const kinds = new Map<string, number>();
if (process.env.TRACE) { const at = Kernel.prototype.at; Kernel.prototype.at = function (t, kind, owner, subject, payload) { const d = kind.id + ' ' + ((subject as any)?.machine ?? (subject as any)?.owner?.machine ?? '') + ' ' + (kind.id === 3 ? String((payload as any)).slice(0, 60) : ''); kinds.set(d, (kinds.get(d) ?? 0) + 1); return at.call(this, t, kind, owner, subject, payload); }; }

const cluster = new TestCluster({ seed: '1' });
await cluster.allBrokersLive(); await cluster.createTopic('t', 3, 3, { 'min.insync.replicas': '2' });
const { world } = cluster; let lines = 0;
const start = (name: string, role: string, ...args: string[]) => world.addMachine(name).start(nodeProgram({ entry: `/work/wt/foreign/test/foreign/packages/${kind}-${role}.${ext}`, args: [name, ...args], env: { BROKERS: 'm1:9092,m2:9092,m3:9092' }, onOutput: () => void lines++ }));
for (const n of ['p1', 'p2', 'p3']) start(n, 'producer', 't', '100000', '100');
for (const n of ['c1', 'c2', 'c3']) start(n, 'consumer', 't', 'g');
const remove = guard ? installGuard() : () => {};
await world.runUntil(world.now + 10e6);
const counts = new Map<string, number>(); if (process.env.TRACE) (TestCluster as any); if (process.env.TRACE) (world as any).recordDigests;
const perf = performance.now.bind(performance); const t0 = 0; remove(); const t1=perf(), e0 = world.events, l0 = lines;
const again = guard ? installGuard() : () => {};
await world.runUntil(world.now + 30e6); again();
const s = (perf() - t1) / 1000;
console.log(kind, guard, (30 / s).toFixed(1), 'virtual s per wall s', world.events - e0, 'events', lines - l0, 'lines', s.toFixed(2), 's', world.failure);

if (process.env.TRACE) console.log([...kinds].sort((a, b) => b[1] - a[1]).slice(0, 25));
