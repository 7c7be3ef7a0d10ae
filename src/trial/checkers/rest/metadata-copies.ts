/**
 * What each node makes of the metadata, as it shows it: its image, how far it has applied the log,
 * and the settings by which its replicas work.
 */
import type { NodeId, Offset, Uuid } from '../../../base/ids.ts';
import type { TopicSettings } from '../../../kafka/config.ts';
import type { Handlers, Seen, SeenOf } from '../../history/seen.ts';

export interface MetadataCopy {
  /** Which process of the node's machine it is of. */
  readonly boot: number;
  readonly describe: () => readonly string[];
  applied: Offset;
  /** What it showed last: that it began, or how far it has applied the log. */
  shown: Seen;
  /** Of the logs that it has not deleted. */
  readonly settings: Map<string, SettingsInUse>;
}

export interface SettingsInUse {
  /** Topics of one name have partitions of one name too. */
  readonly topicId: Uuid;
  readonly plainName: string;
  log: TopicSettings | null;
  partition: TopicSettings | null;
  /** When one of them was taken up last. */
  shown: Seen;
}

export class MetadataCopies {
  readonly #byNode = new Map<NodeId, MetadataCopy>();

  readonly on: Handlers = {
    'metadata-image': (seen) => {
      const { node, describe } = seen.observation;
      const { boot } = seen;
      this.#byNode.set(node, { boot, describe, applied: -1, shown: seen, settings: new Map() });
    },
    'metadata-applied': (seen) => {
      const { node, offset } = seen.observation;
      const copy = this.#byNode.get(node);
      if (copy === undefined) return;
      copy.applied = offset;
      copy.shown = seen;
    },
    'log-deleted': ({ observation }) => {
      this.#byNode.get(observation.node)?.settings.delete(keyOf(observation));
    },
    'settings-used': (seen) => {
      const copy = this.#byNode.get(seen.observation.node);
      if (copy !== undefined) takeUp(copy, seen);
    },
  };

  /** Of the node's newest process. */
  of(node: NodeId): MetadataCopy | undefined {
    return this.#byNode.get(node);
  }
}

function takeUp(copy: MetadataCopy, seen: SeenOf<'settings-used'>): void {
  const { topicId, partition: plainName, by, settings } = seen.observation;
  const key = keyOf(seen.observation);
  const nothing = { topicId, plainName, log: null, partition: null };
  const used: SettingsInUse = copy.settings.get(key) ?? { ...nothing, shown: seen };
  used[by] = settings;
  used.shown = seen;
  copy.settings.set(key, used);
}

const keyOf = ({ topicId, partition }: { topicId: Uuid; partition: string }): string =>
  `${topicId}/${partition}`;
