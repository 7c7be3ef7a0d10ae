/**
 * Differences that stay, each with its reason. An explanation holds for the differences whose case
 * and path match; one that no longer explains anything is stale, and the run says so.
 */
import type { Difference, DifferenceKind } from './differences.ts';

export type Standing = 'better' | 'beyond' | 'not yet';

export interface Explanation {
  /** `better`: ours is kept on purpose. `beyond`: Apache 4.1.0 lacks it. `not yet`: ours lacks it. */
  readonly standing: Standing;
  readonly what: string;
  readonly why: string;
  readonly cases?: RegExp;
  readonly path?: RegExp;
  readonly kind?: DifferenceKind;
  readonly apache?: RegExp;
  readonly ours?: RegExp;
}

export const explanations: readonly Explanation[] = [
  {
    standing: 'better',
    what: 'Produce with null records',
    why: 'Ours answers INVALID_RECORD; Apache never answers, and the client waits for its time limit.',
    cases: /^Produce .*: null records/,
  },
  {
    standing: 'better',
    what: '`p.q` and `p_q` in one CreateTopics',
    why: 'Names that would share a metric’s name are refused among the topics of one request too; Apache makes both.',
    cases: /^CreateTopics .*: names that collide in metrics/,
  },
  {
    standing: 'better',
    what: 'Metadata v10 and v11 by id or with a null name',
    why: 'The answer still names brokers and cluster, so a client keeps its view; Apache’s is empty.',
    cases: /^Metadata v1[0-3]: by (id|an unknown id|the zero id|id and name|the id of another)/,
    path: /\.(clusterId|controllerId|brokers\[\d\])$/,
  },
  {
    standing: 'better',
    what: 'An unforeseen exception',
    why: 'Apache answers UNKNOWN_SERVER_ERROR where nobody foresaw the input; ours names the cause.',
    path: /rrorCode$/,
    apache: /^-1$/,
    ours: /^([1-9]|[1-9]\d+)$/,
  },
  {
    standing: 'better',
    what: 'Fetch answers end with a whole batch',
    why: 'Apache cuts at the byte bound; clients drop the part of a batch at the end.',
    cases: /^Fetch /,
    path: /\.records\[rest\]$/,
    ours: /^\(absent\)$/,
  },
  {
    standing: 'beyond',
    what: 'ListOffsets v11',
    why: 'It came after 4.1 (timestamp −6, earliest pending upload).',
    cases: /^ListOffsets v11: /,
  },
  {
    standing: 'beyond',
    what: 'ApiVersions offers ListOffsets v11',
    why: 'As above.',
    cases: /^ApiVersions /,
    path: /apiKeys\[2\]\.maxVersion$/,
    ours: /^11$/,
  },
  {
    standing: 'beyond',
    what: 'Directory ids of voters in DescribeQuorum',
    why: 'Ours knows them always; Apache only where the quorum may change its voters.',
    cases: /^DescribeQuorum /,
    path: /\.replicaDirectoryId$/,
    apache: /^zero$/,
    ours: /^an id$/,
  },
  {
    standing: 'not yet',
    what: 'APIs that are not served',
    why: 'Groups, transactions, share groups, access control, quotas and log directories are not offered; ApiVersions says so, and the connection of who asks nevertheless is closed.',
    cases: /: the shortest request$/,
    ours: /^(closed|0|\(absent\))$/,
  },
  {
    standing: 'not yet',
    what: 'Entries of ApiVersions',
    why: 'APIs that are not served are not listed.',
    cases: /^ApiVersions /,
    path: /\.apiKeys\[\d+\]$/,
    ours: /^\(absent\)$/,
  },
  {
    standing: 'not yet',
    what: 'FindCoordinator',
    why: 'There are no groups and transactions, so no node coordinates any: COORDINATOR_NOT_AVAILABLE.',
    cases: /^FindCoordinator .*: (type [012],|two keys|one key|whole|three bytes|client id|correl)/,
    path: /\.(errorCode|nodeId|host|port)$/,
  },
  {
    standing: 'not yet',
    what: 'InitProducerId with a transactional id',
    why: 'There are no transactions: COORDINATOR_NOT_AVAILABLE.',
    cases: /^InitProducerId .*: a transactional id/,
  },
  {
    standing: 'not yet',
    what: 'Settings of brokers',
    why: 'DescribeConfigs lists the settings that ours has; those of other parts of Kafka are missing.',
    cases: /^DescribeConfigs .*: (broker|all brokers)/,
    path: /\.configs\[[a-z0-9._]+\]$/,
    ours: /^\(absent\)$/,
  },
];

export function explanationOf(name: string, difference: Difference): Explanation | undefined {
  return explanations.find(
    (each) =>
      (each.cases?.test(name) ?? true) &&
      (each.path?.test(difference.path) ?? true) &&
      (each.apache?.test(difference.apache) ?? true) &&
      (each.ours?.test(difference.ours) ?? true) &&
      (each.kind === undefined || each.kind === difference.kind),
  );
}
