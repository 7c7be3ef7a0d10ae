/**
 * Applies a committed record to a node's image and tells an observer what it now says. This is
 * where the facts about metadata become visible: once per node and record, in log order, with the
 * states before and after at hand.
 */
import { type NodeId, noNode, type Offset } from '../../base/ids.ts';
import type { MetadataObservation, Observe } from '../observation.ts';
import type { MetadataDelta, MetadataImage } from './image.ts';
import type { MetadataRecord } from './records.ts';
import { type PartitionState, partitionName } from './state.ts';

type Election = Extract<MetadataObservation, { kind: 'partition-committed' }>['election'];

/** The node `node` applies `record`, which is committed at `offset`. */
export function applyCommitted(
  image: MetadataImage,
  record: MetadataRecord,
  offset: Offset,
  delta: MetadataDelta | null,
  node: NodeId,
  observe: Observe,
): void {
  switch (record.type) {
    case 'partition':
    case 'partition-change': {
      const { topicId, partitionId } = record.body;
      const before = image.partition(topicId, partitionId);
      image.apply(record, offset, delta);
      const after = image.partition(topicId, partitionId);
      if (after !== undefined) observePartition(before, after, offset, node, observe);
      return;
    }
    case 'remove-topic': {
      const topic = image.topicsById.get(record.body.topicId);
      image.apply(record, offset, delta);
      if (topic !== undefined) {
        observe({
          kind: 'topic-committed',
          node,
          offset,
          topicId: topic.id,
          topic: topic.name,
          deleted: true,
        });
      }
      return;
    }
    case 'topic': {
      const { topicId, name } = record.body;
      image.apply(record, offset, delta);
      observe({ kind: 'topic-committed', node, offset, topicId, topic: name, deleted: false });
      return;
    }
    case 'register-broker':
    case 'broker-registration-change':
      image.apply(record, offset, delta);
      observeBroker(image, record.body.brokerId, offset, node, observe);
      return;
    default:
      image.apply(record, offset, delta);
  }
}

function observePartition(
  before: PartitionState | undefined,
  after: PartitionState,
  offset: Offset,
  node: NodeId,
  observe: Observe,
): void {
  observe({
    kind: 'partition-committed',
    node,
    offset,
    topicId: after.topicId,
    partition: partitionName(after),
    replicas: after.replicas,
    adding: after.adding,
    removing: after.removing,
    isr: after.isr,
    elr: after.elr,
    leader: after.leader,
    leaderEpoch: after.leaderEpoch,
    partitionEpoch: after.partitionEpoch,
    election: before === undefined ? 'none' : electionOf(before, after),
  });
}

/** How `after` came by its leader: read from what the new leader was before. */
export function electionOf(before: PartitionState, after: PartitionState): Election {
  const { leader } = after;
  if (leader === before.leader || leader === noNode) return 'none';
  if (before.isr.includes(leader)) return 'clean';
  if (before.elr.includes(leader)) return 'elr';
  const [lastKnown, ...others] = before.lastKnownElr;
  return lastKnown === leader && others.length === 0 ? 'last-known-leader' : 'unclean';
}

function observeBroker(
  image: MetadataImage,
  broker: NodeId,
  offset: Offset,
  node: NodeId,
  observe: Observe,
): void {
  const state = image.brokers.get(broker);
  if (state === undefined) return;
  observe({
    kind: 'broker-committed',
    node,
    offset,
    broker,
    brokerEpoch: state.epoch,
    fenced: state.fenced,
    inControlledShutdown: state.inControlledShutdown,
  });
}
