/**
 * Whether a broker may lead at all yet. A partition whose in-sync replicas have all stopped
 * uncleanly is given to its last leader. Where that one's files were damaged since, the others
 * would be cut to what is left of it, so it stays fenced, and follows whoever leads. It gives way
 * where the topic allows a leader that lacks records, which is how an operator chooses one.
 */
import type { NodeId } from '../../base/ids.ts';
import type { NodeSettings } from '../config.ts';
import { type MetadataImage, topicSettings } from '../metadata/image.ts';

/** The first partition that would be led from damaged files, or null. */
export function firstHeldBack(
  image: MetadataImage,
  settings: NodeSettings,
  node: NodeId,
  incomplete: ReadonlySet<string>,
): string | null {
  if (incomplete.size === 0) return null;
  for (const topic of image.topicsById.values()) {
    if (topicSettings(image, topic.name, settings).uncleanLeaderElectionEnable) continue;
    for (const { index, leader, lastKnownElr, replicas } of topic.partitions) {
      const name = `${topic.name}-${index}`;
      const isOurs = leader < 0 && replicas.length > 1 && lastKnownElr.includes(node);
      if (isOurs && incomplete.has(name)) return name;
    }
  }
  return null;
}
