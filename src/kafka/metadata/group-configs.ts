/**
 * Settings of groups (KIP-848, KIP-932, KIP-1071) and of client metrics (KIP-714). Those of
 * consumer groups do their work; the others are kept and told.
 */
import { byName, type ConfigDef, type ConfigKind, configType, valueProblem } from './config-def.ts';
import { int, list, oneOf } from './config-kinds.ts';

const noGroups = 'there are classic and consumer groups only';
const noTelemetry = 'clients are not asked for metrics';

const group = (name: string, kind: ConfigKind, fallback: string, about: string): ConfigDef => ({
  name,
  kind,
  fallback,
  about,
  idle: name.startsWith('consumer.') ? null : noGroups,
});

const offsetReset: ConfigKind = {
  type: configType.string,
  values: 'latest, earliest, by_duration:<ISO 8601 duration>',
  read(text) {
    const value = text.trim();
    const known =
      /^(latest|earliest|by_duration:P(?=.)([0-9]+D)?(T(?=.)([0-9]+H)?([0-9]+M)?([0-9]+S)?)?)$/;
    return known.test(value)
      ? { text: value }
      : { problem: 'Expected latest, earliest or by_duration' };
  },
};

/** Sorted by name. The bounds are those that a broker's own settings have by default. */
export const groupConfigs: readonly ConfigDef[] = [
  group(
    'consumer.heartbeat.interval.ms',
    int(5000, 15_000),
    '5000',
    'How often members of a consumer group are to be heard from.',
  ),
  group(
    'consumer.session.timeout.ms',
    int(45_000, 60_000),
    '45000',
    'How long a silent member stays in a consumer group.',
  ),
  group(
    'share.auto.offset.reset',
    offsetReset,
    'latest',
    'Where a share group without a position begins.',
  ),
  group(
    'share.heartbeat.interval.ms',
    int(5000, 15_000),
    '5000',
    'How often members of a share group are to be heard from.',
  ),
  group(
    'share.isolation.level',
    oneOf('read_committed', 'read_uncommitted'),
    'read_uncommitted',
    'Whether a share group sees records of open transactions.',
  ),
  group(
    'share.record.lock.duration.ms',
    int(15_000, 60_000),
    '30000',
    'How long a record is locked to the member of a share group that took it.',
  ),
  group(
    'share.session.timeout.ms',
    int(45_000, 60_000),
    '45000',
    'How long a silent member stays in a share group.',
  ),
  group(
    'streams.heartbeat.interval.ms',
    int(5000, 15_000),
    '5000',
    'How often members of a streams group are to be heard from.',
  ),
  group(
    'streams.num.standby.replicas',
    int(0, 2),
    '0',
    'How many standby copies each stateful task of a streams group has.',
  ),
  group(
    'streams.session.timeout.ms',
    int(45_000, 60_000),
    '45000',
    'How long a silent member stays in a streams group.',
  ),
];

const anyList = list('list', () => null);
const selectors = new Set([
  'client_id',
  'client_instance_id',
  'client_software_name',
  'client_software_version',
  'client_source_address',
  'client_source_port',
]);
const matchers = list('list of selector=pattern', (entries) => {
  const wrong = entries.find((entry) => !selectors.has(entry.slice(0, entry.indexOf('='))));
  return wrong === undefined ? null : `Illegal client matching pattern: ${wrong}`;
});

/** Sorted by name. */
export const clientMetricsConfigs: readonly ConfigDef[] = [
  {
    name: 'interval.ms',
    kind: int(100, 3_600_000),
    fallback: '300000',
    about: 'How often clients send the metrics of this subscription.',
    idle: noTelemetry,
  },
  {
    name: 'match',
    kind: matchers,
    fallback: '',
    about: 'Which clients the subscription is for; all where it is empty.',
    idle: noTelemetry,
  },
  {
    name: 'metrics',
    kind: anyList,
    fallback: '',
    about: 'Prefixes of the names of metrics that are asked for; * for all.',
    idle: noTelemetry,
  },
];

const groups = byName(groupConfigs);
const clientMetrics = byName(clientMetricsConfigs);

export const groupConfig = (name: string): ConfigDef | undefined => groups.get(name);
export const clientMetricsConfig = (name: string): ConfigDef | undefined => clientMetrics.get(name);

export const groupConfigProblem = (values: ReadonlyMap<string, string>): string | null =>
  problemIn(groups, values, 'Unknown group config name: ');

export const clientMetricsProblem = (values: ReadonlyMap<string, string>): string | null =>
  problemIn(clientMetrics, values, 'Unknown client metrics configuration: ');

function problemIn(
  known: ReadonlyMap<string, ConfigDef>,
  values: ReadonlyMap<string, string>,
  unknown: string,
): string | null {
  for (const [name, value] of values) {
    const def = known.get(name);
    const wrong = def === undefined ? unknown + name : valueProblem(def, value);
    if (wrong !== null) return wrong;
  }
  return null;
}
