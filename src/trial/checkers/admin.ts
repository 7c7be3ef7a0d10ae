/**
 * `admin-durable`: at the end each broker tells of the cluster what acknowledged administrative
 * operations made of it. One whose outcome is unknown may have happened or not, and may happen
 * late; so may one more time what an attempt without an answer asked for. `metadata-made-up`: no
 * broker ever tells of a topic, a number of partitions or a value that nobody asked for.
 */
import { atRisk } from '../../base/mark.ts';
import type { BrokerView, Operation, TopicView } from '../history/operations.ts';
import { adminDurable, metadataMadeUp } from '../properties/admin.ts';
import { Asked, Expected } from './admin-state.ts';
import type { Checker, Report } from './contract.ts';
import { operationEvidence, toldEvidence } from './evidence.ts';
import { expectedReplicas, replicasInWords } from './expected-replicas.ts';

/** A final view differs from what was acknowledged. */
interface Difference {
  readonly what: string;
  readonly told: string;
  readonly owed: string;
  /** The operation that is not in force; null where the beginning is not. */
  readonly cause: Operation | null;
}

export const checkAdministration: Checker = ({ history, guarantees }, report) => {
  const { views, operations } = history;
  if (views.length === 0) return;
  const expected = new Expected(guarantees.initial, operations.all);
  const asked = new Asked(guarantees.initial, operations.all);
  const replicas = expectedReplicas(operations.all);
  const changes = operations.all.filter(({ change }) => change !== null);
  const isDone = changes.some(({ outcome }) => outcome === 'ok');
  for (const view of views) {
    if (changes.some(({ invokedUs }) => invokedUs < view.atUs)) atRisk(metadataMadeUp);
    checkMadeUp(view, asked, report);
    if (view.phase !== 'final') continue;
    if (isDone) atRisk(adminDurable);
    checkFinal(view, expected, replicas, report);
  }
};

function checkFinal(
  view: BrokerView,
  expected: Expected,
  replicas: ReturnType<typeof expectedReplicas>,
  report: Report,
): void {
  const say = (difference: Difference): void => {
    const { what, told, owed, cause } = difference;
    report(adminDurable, {
      about: { broker: view.broker, what, told, owed },
      atUs: view.atUs,
      partition: null,
      evidence: [
        toldEvidence(view, difference),
        ...(cause === null ? [] : [operationEvidence(cause)]),
      ],
    });
  };
  for (const topics of [view.topics, view.described]) {
    const listed = new Map(topics.map((topic) => [topic.name, topic]));
    for (const difference of topicDifferences(listed, expected)) say(difference);
  }
  const exists = new Set(view.topics.map(({ name }) => name));
  for (const difference of configDifferences(view, exists, expected)) say(difference);
  for (const difference of replicaDifferences(view, replicas)) say(difference);
}

function* topicDifferences(
  listed: ReadonlyMap<string, TopicView>,
  expected: Expected,
): Generator<Difference> {
  for (const [name, { exists, partitions, cause }] of expected.topics) {
    const topic = listed.get(name);
    if (topic === undefined) {
      if (!exists.has(false))
        yield { what: `topic ${name}`, told: 'not there', owed: 'there', cause };
      continue;
    }
    const gone = expected.deletedIds.get(topic.id);
    if (gone !== undefined || !exists.has(true)) {
      const told = `there, with id ${topic.id}`;
      yield { what: `topic ${name}`, told, owed: 'deleted', cause: gone ?? cause };
    } else if (!partitions.has(topic.partitions)) {
      const told = String(topic.partitions);
      yield { what: `partitions of ${name}`, told, owed: inWords(partitions), cause };
    }
  }
}

function* configDifferences(
  view: BrokerView,
  exists: ReadonlySet<string>,
  expected: Expected,
): Generator<Difference> {
  for (const { resource, name, values } of view.configs) {
    if (resource === 'topic' && !exists.has(name)) continue;
    for (const [config, { candidates, cause }] of expected.configsOf(resource, name)) {
      const value = values[config] ?? null;
      if (candidates.has(value)) continue;
      const what = `${config} of ${resource} ${name}`;
      yield { what, told: String(value), owed: inWords(candidates), cause };
    }
  }
}

function* replicaDifferences(
  { replicas }: BrokerView,
  expected: ReturnType<typeof expectedReplicas>,
): Generator<Difference> {
  for (const [partition, { candidates, cause }] of expected) {
    const own = replicas[partition];
    if (own === undefined || candidates === null) continue;
    const told = replicasInWords(own);
    if (candidates.has(told)) continue;
    yield { what: `replicas of ${partition}`, told, owed: inWords(candidates), cause };
  }
}

function checkMadeUp(view: BrokerView, asked: Asked, report: Report): void {
  const say = (what: string, told: string): void =>
    report(metadataMadeUp, {
      about: { broker: view.broker, what, told },
      atUs: view.atUs,
      partition: null,
      evidence: [toldEvidence(view, { what, told })],
    });
  for (const { name, partitions } of [...view.topics, ...view.described]) {
    const counts = asked.partitionsOf(name);
    if (counts === undefined) say(`topic ${name}`, 'there');
    else if (!counts.has(partitions)) say(`partitions of ${name}`, String(partitions));
  }
  for (const { resource, name, values } of view.configs) {
    for (const [config, value] of Object.entries(values)) {
      if (!asked.isKnown(resource, name, config, value))
        say(`${config} of ${resource} ${name}`, value);
    }
  }
}

const inWords = (values: ReadonlySet<string | number | null>): string =>
  [...values].map((value) => (value === null ? 'not set' : String(value))).join(' or ');
