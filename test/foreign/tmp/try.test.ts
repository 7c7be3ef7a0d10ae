import { it, expect } from 'vitest';
import { World } from '/work/wt/foreign/src/sim/world.ts';
import { installGuard } from '/work/wt/foreign/src/sim/guard.ts';
import { nodeProgram } from '/work/wt/foreign/src/foreign/node-program.ts';
it('echo', async () => {
  const world = new World({ seed: '1' });
  const entry = '/work/wt/foreign/test/foreign/packages/echo.cjs';
  const onOutput = (stream: string, text: string, host: any) => console.log(host.machine, stream, text.trimEnd());
  const remove = installGuard();
  for (const [name, args] of [['server', ['serve']], ['client', []]] as const) {
    const m = world.addMachine(name);
    m.onExit = (code, reason) => console.log(name, 'exit', code, reason, world.now);
    m.start(nodeProgram({ entry, args, onOutput }));
    await world.runUntil(world.now + 1000);
  }
  await world.runUntil(5_000_000);
  world.machine('server').stop();
  await world.runUntil(8_000_000);
  remove();
  console.log(world.failure, world.digest);
});
