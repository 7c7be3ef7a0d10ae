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
  const id = Number(words[0]);
  const times = Number(words[1] ?? 1);
  switch (command) {
    case 'produce':
      for (let at = 0; at < times; at++) lab.produce(id);
      return;
    case 'fetch':
      for (let at = 0; at < times; at++) lab.fetch(id);
      return;
    case 'ask':
      named.set(words[1] as string, lab.ask(id) as FetchInFlight);
      return;
    case 'arrive':
      return lab.arrive(named.get(words[0] as string) as FetchInFlight);
    case 'deliver':
      return lab.deliver(named.get(words[0] as string) as FetchInFlight);
    case 'learn':
      for (const word of words) lab.learn(Number(word));
      return;
    case 'learn-all':
      return lab.learnAll();
    case 'elect':
      return lab.elect(id);
    case 'crash':
      return lab.crash(id);
    case 'wipe':
      return lab.wipe(id);
    case 'restart':
      return lab.restart(id);
    case 'checkpoint':
      return lab.checkpoint(id);
    case 'lag':
      return lab.checkLag(id);
    case 'judge':
      return lab.judge();
    case 'hear':
      return lab.hear();
    case 'answer':
      return lab.answer();
    case 'wait':
      lab.nowUs += id * 1_000_000;
      return;
    case 'state':
      for (const told of describeState(lab)) tell(told);
      return;
    default:
      throw new Error(`no command ${command}`);
  }
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
    const epochs = lab.records(id).map((record) => record.split(':')[0]);
    const role =
      leading !== null ? 'leads' : follower !== null ? `follows ${follower.leader}` : 'waits';
    const log = epochs.length === 0 ? 'empty log' : `epochs ${epochs.join(' ')}`;
    lines.push(
      `${id}: ${role} in ${partition.leaderEpoch}, ${log}, high watermark ${highWatermark}`,
    );
  }
  return lines;
}
