/**
 * Results in words, for whoever shows them: the only place where evidence, faults and violations
 * become prose. Times are told as `t=12.408 s` since the trial began.
 */
import { microsToMs } from '../base/time.ts';
import type { Observation } from '../kafka/observation.ts';
import type { Evidence } from './checkers/evidence.ts';
import type { FaultReport } from './faults/executor.ts';
import { effectInWords } from './faults/kind.ts';
import { kindOf } from './faults/registry.ts';
import { propertyOf } from './properties/registry.ts';
import type { ViolationReport } from './runner/result.ts';

/** The case in one sentence. */
export function violationInWords({
  property,
  about,
}: Pick<ViolationReport, 'property' | 'about'>): string {
  return propertyOf(property).say(about);
}

/** What the property means that it is broken. */
export function propertyInWords({ property }: ViolationReport): string {
  return propertyOf(property).sentence;
}

/** `t=7.000 s  isolate leader of orders-0 (b1): held 16 segments`. */
export function faultInWords(fault: FaultReport): string {
  return `${fault.kind} ${targetInWords(fault)}: ${faultEffectInWords(fault)}`;
}

/** The target as planned, and the machines it was resolved to where that says more. */
export function targetInWords({ target, struck }: FaultReport): string {
  const machines = struck.map(({ machine }) => machine).join(', ');
  return machines === '' || machines === target ? target : `${target} (${machines})`;
}

/** `none: …` where it touched nothing or was withheld. */
export function faultEffectInWords(fault: FaultReport): string {
  const kind = kindOf(fault);
  const effects = fault.struck
    .map(({ machine, effect }) => ({ machine, text: effectInWords(kind, effect) }))
    .filter(({ text }) => text !== '')
    .map(({ machine, text }) => (fault.struck.length > 1 ? `${machine}: ${text}` : text));
  if (effects.length > 0) return effects.join('; ');
  return `none: ${fault.withheld ?? 'it touched nothing'}`;
}

/** When it happened, virtual microseconds; null for what has no time. */
export function timeOf(evidence: Evidence): number | null {
  return 'atUs' in evidence ? evidence.atUs : null;
}

/** One line about a piece of evidence, its time first where it has one. */
export function evidenceLine(evidence: Evidence): string {
  const atUs = timeOf(evidence);
  const words = evidenceInWords(evidence);
  return atUs === null ? words : `${inSeconds(atUs)}  ${words}`;
}

export function evidenceInWords(evidence: Evidence): string {
  switch (evidence.is) {
    case 'send':
      return sendInWords(evidence);
    case 'read': {
      const { consumer, partition, offset, value } = evidence;
      const who = consumer < 0 ? 'somebody' : `consumer ${consumer}`;
      return `${who} read value ${value} at ${partition} offset ${offset}`;
    }
    case 'batch': {
      const { node, batch, isAsAppended } = evidence;
      const place = node === null ? 'committed' : `node ${node}`;
      const whose = isAsAppended === true ? `${place}, as appended` : place;
      if (batch === null) return `${whose}: nothing there`;
      const { baseOffset, lastOffset, leaderEpoch, crc } = batch;
      const content = `epoch ${leaderEpoch}, crc ${crc.toString(16)}`;
      return `${whose}: offsets ${baseOffset} to ${lastOffset}, ${content}`;
    }
    case 'observation':
      return observationInWords(evidence.observation, evidence.boot);
    case 'exception':
      return `${evidence.machine} threw ${evidence.name}: ${evidence.message}`;
    case 'operation': {
      const { kind, by, outcome, about } = evidence;
      const facts = Object.entries(about).map(([name, fact]) => `${spaced(name)} ${plain(fact)}`);
      return `${by}: ${kind}, ${facts.join(', ')}: ${outcome}`;
    }
    case 'told':
      return `broker ${evidence.broker} told of ${evidence.what}: ${evidence.told}`;
    case 'member': {
      const { group, by, does, partition, offset } = evidence;
      const what = partition === '' ? 'its consumer' : partition;
      const place = offset < 0 ? what : `offset ${offset} of ${what}`;
      return `${by} of group ${group} ${does} ${place}`;
    }
    case 'highest-read':
      return `the highest offset read of ${evidence.partition} is ${evidence.offset}`;
  }
}

function sendInWords(send: Extract<Evidence, { is: 'send' }>): string {
  const sent = `p${send.producer} sent value ${send.value}`;
  if (send.outcome !== 'ok')
    return `${sent}: ${send.outcome}${send.error === null ? '' : ` (${send.error})`}`;
  const where = send.offset < 0 ? '' : ` as ${send.partition} offset ${send.offset}`;
  return `${sent}, acknowledged at ${inSeconds(send.completedUs)}${where}`;
}

/** An observation, also one that was read from a file. */
type ShownObservation = Pick<Observation, 'kind' | 'node'> | { kind: string; node: number };

/** `node 2 (boot 3): leader-started orders-0, leader epoch 3, epoch start 118`. */
export function observationInWords(
  { kind, node, ...rest }: ShownObservation,
  boot: number | null = null,
): string {
  const { partition, topicId: _, ...facts } = rest as Record<string, unknown>;
  const about = partition === undefined ? '' : ` ${partition}`;
  const told = Object.entries(facts).map(([name, fact]) => `${spaced(name)} ${plain(fact)}`);
  const process = boot === null ? '' : ` (boot ${boot})`;
  return `node ${node}${process}: ${kind}${about}, ${told.join(', ')}`;
}

const spaced = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const plain = (fact: unknown): string => {
  if (Array.isArray(fact)) return `[${fact.map(plain).join(', ')}]`;
  return typeof fact === 'object' ? JSON.stringify(fact) : String(fact);
};

const inSeconds = (us: number): string => `t=${(microsToMs(us) / 1000).toFixed(3)} s`;
