/**
 * Runs a script of readable commands on a lab and prints what the machines say and do. Commands:
 *
 *   start 1 2 3        processes start            crash 2, power-loss 2, wipe 2
 *   timeout 1          1's clock reaches its next deadline
 *   elapse 1 3000      1's clock moves by so many ms, through every deadline on the way
 *   deliver            messages arrive, in order, until none is left but fetches that wait
 *   deliver 2          only requests of 2 and answers to them; `deliver 2 3`: the next three
 *   cut 3, heal 3      3 hears nobody and nobody 3; what was lost fails when it heals
 *   append 1 x y       leader 1 appends entries and their linger ends
 *   resign 1           the leader steps down
 *   state              one line per node
 */
import { errorName } from '../../../src/kafka/protocol/errors.ts';
import type { Effect } from '../../../src/kafka/raft/effects.ts';
import type { RaftRequest, RaftResponse } from '../../../src/kafka/raft/messages.ts';
import { Lab, type LabNode, type LabOptions, type Message } from './lab.ts';
import { decodeEntries } from './memory-log.ts';

export function transcript(options: LabOptions, script: string): string {
  const lines: string[] = [];
  const lab = new Lab({
    autoDisk: true,
    ...options,
    onEffect: (node, effect) => note(lines, node, effect),
    onTruncated: (node) => void lines.push(`  ${node.id} cuts its log at ${node.log.endOffset}`),
  });
  const cut = new Set<number>();
  const lost: Message[] = [];
  for (const line of script.split('\n').map((text) => text.trim())) {
    if (line === '') continue;
    if (line.startsWith('#')) {
      lines.push('', line);
      continue;
    }
    lines.push('', `> ${line}`);
    const [command = '', ...words] = line.split(' ');
    perform(lab, command, words, lines, cut, lost);
  }
  return `${lines.join('\n').trim()}\n`;
}

function perform(
  lab: Lab,
  command: string,
  words: string[],
  lines: string[],
  cut: Set<number>,
  lost: Message[],
): void {
  const ids = words.map(Number);
  const node = (): LabNode => lab.node(ids[0] as number);
  switch (command) {
    case 'start':
      for (const id of ids) lab.node(id).start();
      break;
    case 'crash':
    case 'power-loss':
      node().crash(command === 'power-loss');
      break;
    case 'wipe':
      node().wipe();
      break;
    case 'timeout':
      node().timeout();
      break;
    case 'elapse':
      node().elapse((ids[1] as number) * 1000);
      break;
    case 'deliver':
      deliver(lab, lines, cut, lost, ids[0] ?? null, ids[1] ?? 300);
      break;
    case 'cut':
      for (const id of ids) cut.add(id);
      break;
    case 'heal':
      for (const id of ids) cut.delete(id);
      for (const message of lost.splice(0)) lab.fail(message);
      break;
    case 'append':
      for (const text of words.slice(1)) node().append(text);
      node().elapse(25_000);
      break;
    case 'resign':
      node().resign();
      break;
    case 'state':
      for (const each of lab.nodes.values()) lines.push(`  ${describe(each)}`);
      break;
    default:
      throw new Error(`no command ${command}`);
  }
}

function deliver(
  lab: Lab,
  lines: string[],
  cut: Set<number>,
  lost: Message[],
  asker: number | null,
  count: number,
): void {
  for (let steps = 0; steps < count; steps++) {
    const index = lab.messages.findIndex((message) => asker === null || askerOf(message) === asker);
    const message = lab.messages[index];
    if (message === undefined) return;
    const from = message.kind === 'request' ? message.from.id : message.from;
    const to = message.kind === 'request' ? message.to : message.to.id;
    const isCut = cut.has(from) || cut.has(to);
    lines.push(`  ${from} ${isCut ? '-x' : '->'} ${to} ${say(message)}`);
    if (isCut) lost.push(...lab.messages.splice(index, 1));
    else lab.deliver(index);
  }
  if (count === 300) throw new Error('the machines talk without end');
}

function askerOf(message: Message): number {
  return message.kind === 'request' ? message.from.id : message.to.id;
}

function say(message: Message): string {
  return message.kind === 'request' ? sayRequest(message.request) : sayResponse(message.response);
}

function sayRequest(request: RaftRequest): string {
  switch (request.kind) {
    case 'vote': {
      const name = request.preVote ? 'PreVote' : 'Vote';
      const end = `log ends at ${request.lastOffset} of epoch ${request.lastEpoch}`;
      return `${name} epoch ${request.epoch}, ${end}`;
    }
    case 'begin-quorum-epoch':
      return `BeginQuorumEpoch epoch ${request.epoch}`;
    case 'end-quorum-epoch': {
      const next = request.preferredCandidates.map((candidate) => candidate.id).join(' ');
      return `EndQuorumEpoch epoch ${request.epoch}, preferred ${next || 'nobody'}`;
    }
    case 'fetch': {
      const from = `from ${request.fetchOffset} after epoch ${request.lastFetchedEpoch}`;
      return `Fetch epoch ${request.epoch}, ${from}, hw ${request.highWatermark}`;
    }
  }
}

function sayResponse(response: RaftResponse): string {
  const { errorCode, epoch, leaderId } = response;
  const parts: string[] = [`epoch ${epoch}, leader ${leaderId < 0 ? 'unknown' : leaderId}`];
  if (errorCode !== 0) parts.push(errorName(errorCode));
  else if (response.kind === 'vote') parts.push(response.granted ? 'granted' : 'rejected');
  else if (response.kind === 'fetch') {
    parts.push(`hw ${response.highWatermark}`);
    const { diverging } = response;
    if (diverging !== null)
      parts.push(`diverges: epoch ${diverging.leaderEpoch} ends at ${diverging.endOffset}`);
    const entries = decodeEntries(response.records);
    if (entries.length > 0)
      parts.push(entries.map((entry) => `${entry.offset}: ${entry.text}`).join(' | '));
  }
  return `answers ${parts.join(', ')}`;
}

function note(lines: string[], node: LabNode, effect: Effect): void {
  const say = (text: string): void => void lines.push(`  ${node.id} ${text}`);
  switch (effect.kind) {
    case 'role': {
      const { leaderId, epoch } = effect.election;
      const of = effect.role === 'follower' ? ` of ${leaderId}` : '';
      say(`is ${effect.isVoter ? '' : 'observing '}${effect.role}${of}, epoch ${epoch}`);
      break;
    }
    case 'persist': {
      const { epoch, leaderId, votedKey } = effect.election;
      const vote = votedKey === null ? '' : `, vote for ${votedKey.id}`;
      say(`writes down epoch ${epoch}${leaderId < 0 ? '' : `, leader ${leaderId}`}${vote}`);
      break;
    }
    case 'committed':
      say(`high watermark ${effect.highWatermark}`);
      break;
    case 'halt':
      say(`halts: ${effect.reason}`);
      break;
    default:
  }
}

function describe(node: LabNode): string {
  const { machine, log } = node;
  const entries = log.entries.map((entry) => `${entry.epoch}:${entry.text}`).join(' | ');
  if (machine === null) return `${node.id} is down, log [${entries}]`;
  const role = `${node.id} ${machine.role.name}, epoch ${machine.epoch}`;
  return `${role}, hw ${machine.highWatermark}, log [${entries}]`;
}
