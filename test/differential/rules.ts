/**
 * What may differ between two clusters that behave alike, and the general form that is compared in
 * its place. Each rule says in a sentence what it takes for equal; `docs/differences.md` lists them.
 */
import { zeroUuid } from '../../src/base/ids.ts';

/** What is known of one cluster when its answers are put in general form. */
export interface View {
  readonly nodeOfPort: ReadonlyMap<number, number>;
  readonly topicOfId: ReadonlyMap<string, string>;
  /** Topics whose replicas the dialogue chose. */
  readonly placed: ReadonlySet<string>;
  readonly startMs: number;
  /** Ids that a broker gave to members, in the order in which the case met them. */
  readonly members: string[];
}

interface Rule {
  readonly sentence: string;
  readonly path: RegExp;
  /** Null leaves the value to the next rule. */
  readonly general: (value: unknown, view: View, path: string) => string | null;
}

/** The name of the client or of the instance, where there is one, and a random part. */
const givenId = /^(.*-|)([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=^)[\w-]{22})$/;

const known = (value: unknown): string | null => (Number(value) >= 0 ? 'known' : null);

export const rules: readonly Rule[] = [
  {
    sentence: 'A port stands for its node.',
    path: /\.port$/,
    general: (value, view) => {
      const node = view.nodeOfPort.get(Number(value));
      return node === undefined ? null : `port of node ${node}`;
    },
  },
  {
    sentence: 'A topic id stands for its topic, one of a topic made by a case is “an id”.',
    path: /\.topicId$/,
    general: (value, view) => {
      if (value === zeroUuid) return 'zero';
      const topic = view.topicOfId.get(String(value));
      return topic === undefined ? 'an id' : `id of ${topic}`;
    },
  },
  {
    sentence:
      'The cluster’s id and the ids of directories, producers and fetch sessions are “an id”.',
    path: /\.(clusterId|replicaDirectoryId|producerId|sessionId)$/,
    general: (value, _, path) => {
      if (typeof value === 'string') return value === zeroUuid ? 'zero' : 'an id';
      if (value === null) return 'null';
      return Number(value) > 0 || (value === 0 && path.endsWith('producerId')) ? 'an id' : null;
    },
  },
  {
    sentence:
      'Which node is controller, coordinator or leader of the quorum is not compared, only that one is.',
    path: /(\.controllerId|^FindCoordinator.*\.(nodeId|port)|^DescribeQuorum.*\.leaderId)$/,
    general: (value) => (Number(value) >= 0 ? 'a node' : null),
  },
  {
    sentence: 'An id that a broker gave to a member stands for the order in which the case met it.',
    path: /\.(memberId|leader)$/,
    general: (value, { members }) => {
      const id = String(value);
      const [, prefix] = givenId.exec(id) ?? [];
      if (prefix === undefined) return null;
      if (!members.includes(id)) members.push(id);
      return `${prefix}id ${members.indexOf(id) + 1}`;
    },
  },
  {
    sentence: 'Offsets and epochs of the metadata log are compared as known or not.',
    path: /(^DescribeQuorum.*\.(leaderEpoch|highWatermark|logEndOffset)|\.finalizedFeaturesEpoch)$/,
    general: known,
  },
  {
    sentence:
      'A time within the run is “now”; times that the dialogue itself chose lie outside it.',
    path: /(Timestamp|TimeMs|\.timestamp)$/,
    general: (value, view) => {
      const aboutMs = Number(value) - view.startMs;
      return aboutMs >= -60_000 && aboutMs <= 600_000 ? 'now' : null;
    },
  },
  {
    sentence: 'Where a cluster chose the replicas, their number is compared, not who they are.',
    path: /\.(leaderId|replicaNodes|isrNodes)$/,
    general: (value, view, path) => {
      const topic = /topics\[(.*?)\]/.exec(path)?.[1] ?? '';
      if (view.placed.has(topic.replace(/^id of /, ''))) return null;
      if (Array.isArray(value)) return `${value.length} nodes`;
      return Number(value) >= 0 ? 'a node' : null;
    },
  },
  {
    sentence: 'Where the data lies is compared as said or not.',
    path: /configs\[log\.dirs?\]\.value$/,
    general: (value) => (value === null || value === '' ? null : 'a folder'),
  },
  {
    sentence: 'An ISR and a member’s topics are compared as sets.',
    path: /\.(isrNodes|subscribedTopicNames)$/,
    general: (value) => (Array.isArray(value) ? [...value].sort().join(',') : null),
  },
];

/** Rules that are not about one value. */
export const otherRules: readonly string[] = [
  'Elements of arrays are matched by name, id or index, not by place.',
  'Of an answer about all topics or groups, those of the case are compared.',
  'Compressed batches are compared by their records, not by the codec’s bytes.',
];

export function generalForm(path: string, value: unknown, view: View): string {
  for (const rule of rules) {
    if (!rule.path.test(path)) continue;
    const general = rule.general(value, view, path);
    if (general !== null) return general;
  }
  return Array.isArray(value) ? `[${value.join(',')}]` : String(value);
}
