/**
 * What the fields of a scenario must be to each other, beyond the bounds that each has for itself.
 * Each problem names field, value and remedy. All of it is known before anything runs.
 */
import { TopicNames, topicNameProblem } from '../../kafka/controller/topic-names.ts';
import { topicConfigsProblem } from '../../kafka/metadata/topic-configs.ts';
import type { Activity } from '../activities/registry.ts';
import type { Fault } from '../faults/registry.ts';
import { groupProblems } from '../groups/problems.ts';
import { nodeSettings, type SettingsOverrides } from '../settings/settings.ts';
import { activityProblems, drawnActivityProblems, loadOf } from './activity-relations.ts';
import type { Scenario } from './scenario.ts';
import { sometimesProblems } from './sometimes.ts';
import { producerWorkload, type Workload } from './workload.ts';

/** Every checker follows every replica of every partition. */
const mostPartitions = 512;
/** The history and its checks live in memory, at some hundred bytes a record. */
const mostRecords = 2_000_000;
/** So do the simulated disks. */
const mostBytes = 2_147_483_648;
/** What a record costs beside its value, mostly as a batch of its own. */
const recordOverheadBytes = 100;
/** As many as a plan may hold, less those of a script. */
const mostDrawnFaults = 9_000;
/** Faults come in storms: so many may be drawn where one is due. */
const mostAtOnce = 6;

/** `faults`: those of a plan, where one is given. */
export function relationProblems(
  scenario: Scenario,
  faults: readonly Fault[] = scenario.faults.script,
  activities: readonly Activity[] = scenario.activities.script,
): string[] {
  return [
    ...topicProblems(scenario),
    ...settingProblems(scenario.cluster.settings, 'cluster.settings'),
    ...faults.flatMap((fault, index) => reconfigureProblems(fault, index, scenario)),
    ...workloadsProblems(scenario.workload),
    ...groupProblems(
      scenario.workload,
      topicNames(scenario),
      settingsOf(scenario),
      scenario.cluster.brokers,
    ),
    ...loadProblems(scenario, faults, activities),
    ...activityProblems(scenario, activities),
    ...drawnActivityProblems(scenario),
    ...faultProblems(scenario),
    ...sometimesProblems(scenario.sometimes),
  ];
}

const topicNames = ({ topics }: Scenario): ReadonlySet<string> =>
  new Set(topics.map(({ name }) => name));

const settingsOf = ({ cluster }: Scenario) => nodeSettings(cluster.settings);

function workloadsProblems(workload: Workload): string[] {
  const own = (workload.each ?? []).flatMap((_, index) =>
    workloadProblems(producerWorkload(workload, index + 1), `workload.each.${index}`),
  );
  const problems = [...workloadProblems(workload, 'workload'), ...own];
  const count = workload.each?.length ?? 0;
  if (count > workload.producers) {
    problems.push(`workload.each: ${count} are more than workload.producers ${workload.producers}`);
  }
  return problems;
}

/** What a producer of this workload would refuse. */
function workloadProblems(workload: Workload, field: string): string[] {
  const { acks, idempotent, lingerMs, requestTimeoutMs, deliveryTimeoutMs } = workload;
  const problems: string[] = [];
  if (idempotent && acks !== 'all') {
    problems.push(
      `${field}.acks: ${acks} goes with idempotent: false only; idempotent is true by default ` +
        "and needs acks: 'all'",
    );
  }
  if (deliveryTimeoutMs < lingerMs + requestTimeoutMs) {
    problems.push(
      `${field}.deliveryTimeoutMs: ${deliveryTimeoutMs} is below lingerMs + requestTimeoutMs ` +
        `(${lingerMs} + ${requestTimeoutMs}): give at least ${lingerMs + requestTimeoutMs}`,
    );
  }
  return problems;
}

/** Whether what this workload writes in a trial fits into memory. */
function loadProblems(
  { phases, topics, workload }: Scenario,
  faults: readonly { readonly atMs: number; readonly durationMs: number }[],
  activities: readonly Activity[],
): string[] {
  const { recordsPerSecond } = workload;
  const sizes = (workload.each ?? []).map((own) => own.recordBytes ?? 0);
  const recordBytes = Math.max(workload.recordBytes, ...sizes);
  const chaosMs = faults.reduce(
    (longest, { atMs, durationMs }) => Math.max(longest, atMs + durationMs),
    phases.chaosMs,
  );
  const seconds = (phases.warmUpMs + chaosMs + phases.healWithinMs + phases.calmMs) / 1000;
  const extra = loadOf(activities, recordBytes);
  const records = Math.ceil(recordsPerSecond * seconds) + extra.records;
  const copies = Math.max(...topics.map(({ replicationFactor }) => replicationFactor));
  const usual = records * (recordBytes + recordOverheadBytes);
  const bytes = copies * (usual + extra.bytes);
  const remedy = 'give a lower rate, shorter phases and faults, or smaller records';
  const problems: string[] = [];
  if (records > mostRecords) {
    problems.push(
      `workload.recordsPerSecond: ${recordsPerSecond} are ${records} records in all phases, ` +
        (extra.records > 0 ? 'with those of activities, ' : '') +
        `more than ${mostRecords}: ${remedy}`,
    );
  }
  if (bytes > mostBytes) {
    problems.push(
      `workload.recordBytes: ${recordBytes}, for ${records} records in ${copies} copies, ` +
        `are more than ${mostBytes} bytes: ${remedy}`,
    );
  }
  return problems;
}

function topicProblems({ topics, cluster }: Scenario): string[] {
  const names = topics.map(({ name }) => name);
  const problems = topics.flatMap(({ name, replicationFactor, configs }, index) => {
    const own: string[] = [];
    const field = `topics.${index}`;
    const others = new Map(names.filter((_, i) => i !== index).map((other) => [other, null]));
    const problem = topicNameProblem(name);
    if (problem !== null) own.push(`${field}.name: ${problem}`);
    if (names.indexOf(name) !== index) own.push(`${field}.name: "${name}" is there twice`);
    const collision = new TopicNames(others).collidingWith(name);
    if (collision !== null) own.push(`${field}.name: "${name}" collides with "${collision}"`);
    if (replicationFactor > cluster.brokers) {
      own.push(
        `${field}.replicationFactor: ${replicationFactor} needs as many brokers, and ` +
          `cluster.brokers is ${cluster.brokers}`,
      );
    }
    const wrong = topicConfigsProblem(new Map(Object.entries(configs)));
    if (wrong !== null) own.push(`${field}.configs: ${wrong}`);
    return own;
  });
  const partitions = topics.reduce((sum, topic) => sum + topic.partitions, 0);
  if (partitions > mostPartitions) {
    problems.push(`topics: ${partitions} partitions in all are more than ${mostPartitions}`);
  }
  return problems;
}

/** The first two are Kafka's own; a broker that beats more seldom than that is fenced all along. */
function settingProblems(overrides: SettingsOverrides, field: string): string[] {
  const settings = nodeSettings(overrides);
  const { replicaFetchWaitMaxMs: wait, brokerHeartbeatIntervalMs: beat } = settings;
  const problems: string[] = [];
  const needs = (name: 'replicaLagTimeMaxMs' | 'replicaSocketTimeoutMs'): void => {
    if (settings[name] >= wait) return;
    problems.push(
      `${field}.${name}: ${settings[name]} is below replicaFetchWaitMaxMs ${wait}: ` +
        'raise it, or lower that',
    );
  };
  needs('replicaLagTimeMaxMs');
  needs('replicaSocketTimeoutMs');
  if (settings.brokerSessionTimeoutMs < 2 * beat) {
    problems.push(
      `${field}.brokerSessionTimeoutMs: ${settings.brokerSessionTimeoutMs} is below ` +
        `twice brokerHeartbeatIntervalMs ${beat}: raise it, or lower that`,
    );
  }
  return problems;
}

/** What a node has after it was reconfigured goes together too. */
function reconfigureProblems(fault: Fault, index: number, { cluster }: Scenario): string[] {
  if (fault.kind !== 'reconfigure') return [];
  const settings = { ...cluster.settings, ...fault.settings };
  return settingProblems(settings, `faults ${index} (reconfigure): settings`);
}

function faultProblems({ faults, phases }: Scenario): string[] {
  if (faults.random === undefined) return [];
  const { durationMs, everyMs } = faults.random;
  const [shortest, longest] = durationMs;
  const problems: string[] = [];
  if (shortest > longest) {
    problems.push(
      `faults.random.durationMs: [${shortest}, ${longest}] ends before it begins: ` +
        'give the shorter one first',
    );
  }
  // Two faults are at least half of `everyMs` apart.
  const bound = Math.ceil((2 * mostAtOnce * phases.chaosMs) / mostDrawnFaults);
  if (everyMs < bound) {
    problems.push(
      `faults.random.everyMs: ${everyMs} may make more than ${mostDrawnFaults} faults in chaosMs ` +
        `${phases.chaosMs}: give at least ${bound}`,
    );
  }
  return problems;
}
