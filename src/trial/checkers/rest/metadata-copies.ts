/**
 * What each node makes of the metadata, as it shows it: its image, how far it has applied the log,
 * and the settings by which its replicas work.
 */
import type { NodeId, Offset } from '../../../base/ids.ts';
import type { TopicSettings } from '../../../kafka/config.ts';
import type { Seen } from '../../history/seen.ts';

export interface MetadataCopy {
  /** Which process of the node's machine it is of. */
  readonly boot: number;
  readonly describe: () => readonly string[];
  applied: Offset;
  /** What it showed last: that it began, or how far it has applied the log. */
  shown: Seen;
  /** By partition; of those that are not deleted. */
  readonly settings: Map<string, SettingsInUse>;
}

export interface SettingsInUse {
  log: TopicSettings | null;
  partition: TopicSettings | null;
  /** When one of them was taken up last. */
  shown: Seen;
}

export class MetadataCopies {
  readonly #byNode = new Map<NodeId, MetadataCopy>();

  observe(seen: Seen): void {
    const { observation, boot } = seen;
    const { kind, node } = observation;
    if (kind === 'metadata-image') {
      const { describe } = observation;
      this.#byNode.set(node, {
        boot,
        describe,
        applied: -1,
        shown: seen,
        settings: new Map(),
      });
      return;
    }
    const copy = this.#byNode.get(node);
    if (copy === undefined) return;
    if (kind === 'metadata-applied') {
      copy.applied = observation.offset;
      copy.shown = seen;
    } else if (kind === 'log-deleted') copy.settings.delete(observation.partition);
    else if (kind === 'settings-used') {
      const { partition, by, settings } = observation;
      const used = copy.settings.get(partition) ?? { log: null, partition: null, shown: seen };
      used[by] = settings;
      used.shown = seen;
      copy.settings.set(partition, used);
    }
  }

  /** Of the node's newest process. */
  of(node: NodeId): MetadataCopy | undefined {
    return this.#byNode.get(node);
  }
}
