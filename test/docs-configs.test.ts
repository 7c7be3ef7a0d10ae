/**
 * Makes docs/configs.md out of the tables of settings, and holds it to them. Made anew by
 * `npx vitest run test/docs-configs.test.ts --update`.
 */
import { describe, expect, it } from 'vitest';
import { brokerConfigs } from '../src/kafka/metadata/broker-configs.ts';
import type { ConfigDef } from '../src/kafka/metadata/config-def.ts';
import { clientMetricsConfigs, groupConfigs } from '../src/kafka/metadata/group-configs.ts';
import { topicConfigs } from '../src/kafka/metadata/topic-configs.ts';

const introduction = `# Settings

What can be set, for which topics, brokers, groups and clients' metrics, as \`DescribeConfigs\`,
\`CreateTopics\`, \`IncrementalAlterConfigs\` and \`AlterConfigs\` have it. Names, types, bounds and
defaults are those of Apache Kafka 4.1. Where the last column says why a setting is idle, it is
accepted, kept and told, and changes nothing yet; all others do their work, and at once when they
are altered.

Settings of brokers that are not listed, those for TLS and SASL among them, are refused. A cluster
holds at most 4,000 replicas of partitions times the number of its brokers, and one request adds at
most 10,000 records to its metadata; what goes beyond is refused with \`POLICY_VIOLATION\`. One
request names at most 50,000 topics (Metadata) or 10,000 resources (\`DescribeConfigs\`).

In \`ordeal serve\` topics come about when a client names them (\`auto.create.topics.enable\`, as
Kafka's default); in a trial they do not, unless the scenario sets \`autoCreateTopicsEnable\`.
`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

const fallbackOf = ({ fallback }: ConfigDef): string =>
  fallback === null ? '' : fallback === '' ? 'empty' : `\`${fallback}\``;

function table(
  title: string,
  configs: readonly ConfigDef[],
  extra: string,
  extraOf: (config: ConfigDef) => string,
): string {
  const rows = configs.map((config) => {
    const { name, kind, about, idle } = config;
    const cells = [`\`${name}\``, cell(kind.values), fallbackOf(config), extraOf(config)];
    return `| ${[...cells, cell(about), idle ?? ''].join(' | ')} |`;
  });
  const head = `| name | values | default | ${extra} | what it is | why it is idle |`;
  return [`\n## ${title}\n`, head, '|---|---|---|---|---|---|', ...rows, ''].join('\n');
}

describe('the page of settings', () => {
  it('is what the tables say', async () => {
    const brokerOf = new Map(topicConfigs.map(({ name, broker }) => [name, broker]));
    const dynamic = new Set(
      brokerConfigs.filter((config) => config.dynamic).map(({ name }) => name),
    );
    const page = [
      introduction,
      table('Topics', topicConfigs, 'follows', ({ name }) => {
        const broker = brokerOf.get(name) ?? null;
        return broker === null ? '' : `\`${broker}\``;
      }),
      table('Brokers', brokerConfigs, 'altered while running', ({ name }) =>
        dynamic.has(name) ? 'yes' : '',
      ),
      table('Groups', groupConfigs, '', () => ''),
      table('Client metrics', clientMetricsConfigs, '', () => ''),
    ].join('');
    await expect(page).toMatchFileSnapshot('../docs/configs.md');
  });
});
