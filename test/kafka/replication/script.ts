/**
 * Runs a script on a `Lab`, a command per line, and returns what happened as text: each command
 * behind `>`, then what it caused. Commands:
 *   produce N [times] · fetch N [times] (a whole round trip)
 *   ask N NAME · arrive NAME · deliver NAME (the parts of one, which others may overtake)
 *   learn N… · learn-all · elect N · crash N · wipe N · restart N · checkpoint N
 *   lag N (the laggards' timer) · judge · hear · answer (judge and hear) · wait SECONDS · state
 */
import type { FetchInFlight, LabOptions } from './lab.ts';
import { Lab } from './lab.ts';
import { recordsOf } from './lab-promises.ts';

export function runScript(script: string, options: LabOptions = {}): { lab: Lab; text: string } {
  const lines: string[] = [];
  const lab = new Lab({ ...options, tell: (line) => lines.push(`  ${line}`) });
  const named = new Map<string, FetchInFlight>();
  for (const line of script.split('\n')) {
    const command = line.trim();
    if (command === '') continue;
    lines.push(`> ${command}`);
    const words = command.split(' ');
    runCommand(lab, named, words[0] as string, words.slice(1), (told) => lines.push(`  ${told}`));
  }
  return { lab, text: `${lines.join('\n')}\n` };
}

function runCommand(
  lab: Lab,
  named: Map<string, FetchInFlight>,
  command: string,
  words: readonly string[],
  tell: (line: string) => void,
): void {
  const [first = '', second = ''] = words;
  const id = Number(first);
  const name = command === 'ask' ? second : first;
  const times = second === '' ? 1 : Number(second);
  const commands: Record<string, () => unknown> = {
    produce: () => repeat(times, () => lab.produce(id)),
    fetch: () => repeat(times, () => lab.fetch(id)),
    ask: () => named.set(name, lab.ask(id) as FetchInFlight),
    arrive: () => lab.arrive(named.get(name) as FetchInFlight),
    deliver: () => lab.deliver(named.get(name) as FetchInFlight),
    learn: () => words.map((word) => lab.learn(Number(word))),
    'learn-all': () => lab.learnAll(),
    elect: () => lab.elect(id),
    crash: () => lab.crash(id),
    wipe: () => lab.wipe(id),
    restart: () => lab.restart(id),
    checkpoint: () => lab.checkpoint(id),
    lag: () => lab.checkLag(id),
    judge: () => lab.judge(),
    hear: () => lab.hear(),
    answer: () => lab.answer(),
    wait: () => {
      lab.nowUs += id * 1_000_000;
    },
    state: () => describeState(lab).map(tell),
  };
  const run = commands[command];
  if (run === undefined) throw new Error(`no command ${command}`);
  run();
}

function repeat(times: number, action: () => unknown): void {
  for (let at = 0; at < times; at++) action();
}

function describeState(lab: Lab): string[] {
  const { isr, leader, leaderEpoch } = lab.state;
  const lines = [`committed: leader ${leader} in epoch ${leaderEpoch}, ISR ${isr}`];
  for (const [id, { lives, partition }] of lab.brokers) {
    if (!lives) {
      lines.push(`${id}: down`);
      continue;
    }
    const { follower, highWatermark, leader: leading } = partition;
    const epochs = recordsOf(lab, id).map((record) => record.split(':')[0]);
    const role =
      leading !== null ? 'leads' : follower !== null ? `follows ${follower.leader}` : 'waits';
    const log = epochs.length === 0 ? 'empty log' : `epochs ${epochs.join(' ')}`;
    lines.push(
      `${id}: ${role} in ${partition.leaderEpoch}, ${log}, high watermark ${highWatermark}`,
    );
  }
  return lines;
}
