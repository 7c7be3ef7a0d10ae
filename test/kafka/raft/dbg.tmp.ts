import { Cluster } from './cluster.ts';

const rules =
  process.argv[2] === 'noflush'
    ? { countsOnlyFlushed: () => false }
    : process.argv[2] === 'novote'
      ? { durable: (e: any) => ({ ...e, votedKey: null }) }
      : {};
let bad = 0,
  commits = 0,
  epochs = 0;
for (let seed = 1; seed <= 60; seed++) {
  const voters = seed % 2 ? 3 : 5;
  const cluster = new Cluster({ seed: `harsh ${seed}`, voters, observers: 1, rules });
  cluster.startAll();
  const chance = cluster.world.random.stream('test');
  const wiped = 0;
  const ms = async (n: number) => cluster.run(n / 1000);
  for (let round = 0; round < 60; round++) {
    await ms(chance.int(2500));
    cluster.leader()?.append(`${round}.a`);
    await ms(chance.int(40));
    for (let k = 1 + chance.int(voters); k > 0; k--) {
      const victim = cluster.node(1 + chance.int(voters + 1));
      const fault = chance.int(8);
      const running = victim.machine.state === 'running';
      if (fault === 0 && running) victim.machine.crash();
      else if (fault <= 2) victim.machine.powerLoss();
      else if (fault === 3) cluster.setPartitioned(victim.id, true);
      else if (fault === 4) cluster.setPartitioned(victim.id, false);
      else if (fault === 5) victim.machine.pause();
      else if (fault === 6) victim.machine.disk.faults.slow(50, 1000);
      else victim.machine.resume();
      await ms(chance.int(3));
    }
    if (chance.int(3) === 0)
      for (const node of cluster.nodes)
        if (['off', 'dead'].includes(node.machine.state)) cluster.start(node);
    if (round % 5 === 4)
      for (const node of cluster.nodes) {
        cluster.setPartitioned(node.id, false);
        node.machine.disk.faults.endSlow();
        if (node.machine.state === 'paused') node.machine.resume();
        else if (node.machine.state !== 'running') cluster.start(node);
      }
    if (round % 5 === 4) await ms(5000);
    for (const n of cluster.nodes)
      if (n.exit !== null && !n.exit.startsWith('0')) {
        console.log(seed, 'exit', n.id, n.exit);
        n.exit = null;
      }
  }
  for (const node of cluster.nodes) {
    cluster.setPartitioned(node.id, false);
    node.machine.disk.faults.heal();
    if (node.machine.state === 'paused') node.machine.resume();
    else if (node.machine.state !== 'running') cluster.start(node);
  }
  await ms(15000);
  cluster.leader()?.append('end');
  await ms(1000);
  const late = cluster.nodes.some((n) => n.delivered.at(-1) !== 'end');
  commits += cluster.committed.size;
  epochs += cluster.leader()?.quorum?.epoch ?? 0;
  if (cluster.problems.length || late) {
    bad++;
    console.log(
      seed,
      cluster.problems.slice(0, 2),
      late
        ? cluster.nodes.map((n) =>
            [
              n.id,
              n.machine.state,
              n.exit,
              n.quorum?.epoch,
              n.quorum?.highWatermark,
              n.quorum?.logEndOffset,
              n.delivered.at(-1),
            ].join(),
          )
        : '',
    );
  }
}
console.log({ bad, commits, epochs });
