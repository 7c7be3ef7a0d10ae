/** What is wrong with a workload's consumer groups, beyond the bounds of each field. */
import { TopicPattern } from '../../kafka/client/group/topic-pattern.ts';
import type { NodeSettings } from '../../kafka/config.ts';
import { offsetsTopic } from '../../kafka/metadata/internal-topics.ts';
import { topicConfigsProblem } from '../../kafka/metadata/topic-configs.ts';
import { type GroupWorkload, groupsOf, type HasGroups, membersOf } from './group.ts';

/** What a member would refuse, or the coordinator of its group. */
export function groupProblems(
  workload: HasGroups,
  topics: ReadonlySet<string>,
  settings: NodeSettings,
  brokers: number,
): string[] {
  const groups = groupsOf(workload);
  if (groups.length === 0) return [];
  const names = groups.map(({ name }) => name);
  const problems = groups.flatMap((group, index) => {
    const field = `workload.groups.${index}`;
    const own = [...selectionProblems(group, field), ...timeProblems(group, field, settings)];
    if (names.indexOf(group.name) !== index)
      own.push(`${field}.name: "${group.name}" is there twice`);
    for (const topic of group.topics ?? []) {
      if (!topics.has(topic)) own.push(`${field}.topics: "${topic}" is no topic of the scenario`);
    }
    return own;
  });
  const members = membersOf(workload).length;
  if (members > mostInAll) {
    problems.push(`workload.groups: ${members} members in all are more than ${mostInAll}`);
  }
  return [...problems, ...offsetsTopicProblems(settings, brokers)];
}

/** The brokers make it as they are told, or not at all, and then no group ever works. */
function offsetsTopicProblems(settings: NodeSettings, brokers: number): string[] {
  const { offsetsTopicReplicationFactor: factor, offsetsTopicSegmentBytes: bytes } = settings;
  const problems: string[] = [];
  if (factor > brokers) {
    problems.push(
      `cluster.settings.offsetsTopicReplicationFactor: ${factor} needs as many brokers, and ` +
        `cluster.brokers is ${brokers}`,
    );
  }
  const wrong = topicConfigsProblem(new Map([['segment.bytes', String(bytes)]]));
  if (wrong !== null) problems.push(`cluster.settings.offsetsTopicSegmentBytes: ${wrong}`);
  return problems;
}

/** Each member is a machine with a client of its own. */
const mostInAll = 48;

interface Selecting {
  readonly topics?: readonly string[] | undefined;
  readonly pattern?: string | null | undefined;
}

/** A list or a pattern, which the client takes for one. */
export function selectionProblems({ topics = [], pattern }: Selecting, field: string): string[] {
  if (pattern === undefined || pattern === null) return [];
  if (topics.length > 0) return [`${field}.pattern: give topics or a pattern, not both`];
  try {
    // Coordinators of KIP-848 resolve patterns over all topics, their own too.
    if (!new TopicPattern(pattern).matches(offsetsTopic)) return [];
    return [`${field}.pattern: it matches ${offsetsTopic}, which is no topic of the workload`];
  } catch (error) {
    return [`${field}.pattern: ${(error as Error).message}`];
  }
}

/** The least that commits and waits for records may be apart: members do not poll all the time. */
const leastAutoCommitMs = 100;

function timeProblems(group: GroupWorkload, field: string, settings: NodeSettings): string[] {
  const { sessionTimeoutMs, heartbeatIntervalMs, commits, commitEveryMs } = group;
  const { groupMinSessionTimeoutMs: least, groupMaxSessionTimeoutMs: most } = settings;
  const problems: string[] = [];
  if (heartbeatIntervalMs >= sessionTimeoutMs) {
    problems.push(
      `${field}.heartbeatIntervalMs: ${heartbeatIntervalMs} is not below sessionTimeoutMs ` +
        `${sessionTimeoutMs}: lower it, or raise that`,
    );
  }
  if (sessionTimeoutMs < least || sessionTimeoutMs > most) {
    problems.push(
      `${field}.sessionTimeoutMs: ${sessionTimeoutMs} is not within cluster.settings' ` +
        `groupMinSessionTimeoutMs ${least} and groupMaxSessionTimeoutMs ${most}`,
    );
  }
  if (commits === 'auto' && commitEveryMs < leastAutoCommitMs) {
    problems.push(
      `${field}.commitEveryMs: ${commitEveryMs} is below ${leastAutoCommitMs}, with commits: 'auto'`,
    );
  }
  return problems;
}
