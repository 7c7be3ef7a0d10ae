/**
 * Evidence as data: references to operations, observations and logs, with their numbers and virtual
 * times. Words are made of it by whoever shows it (`trial/words.ts`).
 */
import type { Micros, NodeId, Offset } from '../../base/ids.ts';
import type { Observation } from '../../kafka/observation.ts';
import type { Send } from '../history/history.ts';
import type { BrokerView, Facts, Operation } from '../history/operations.ts';
import type { Outcome } from '../history/outcome.ts';
import type { Seen } from '../history/seen.ts';
import type { BatchFact } from './replica-log.ts';
import type { Place, SeenRecord } from './version-order.ts';

export type Evidence =
  | {
      readonly is: 'send';
      /** The send's number in the history is its value. */
      readonly value: number;
      readonly producer: number;
      readonly atUs: Micros;
      readonly completedUs: Micros;
      readonly outcome: Outcome;
      readonly partition: string | null;
      readonly offset: Offset;
      readonly error: string | null;
    }
  | {
      readonly is: 'read';
      readonly atUs: Micros;
      /** −1 where it is not known who. */
      readonly consumer: number;
      readonly partition: string;
      readonly offset: Offset;
      readonly value: number;
    }
  | {
      readonly is: 'batch';
      /** Whose log it stands in; null for the committed log. */
      readonly node: NodeId | null;
      /** Null where nothing stands there. */
      readonly batch: BatchFact | null;
      /** As it was appended there, whatever stands there now. */
      readonly isAsAppended?: boolean;
    }
  | {
      readonly is: 'observation';
      readonly id: number;
      readonly atUs: Micros;
      /** Which process of the node's machine made it. */
      readonly boot: number;
      readonly observation: Observation;
    }
  /** Code of this machine threw it. */
  | {
      readonly is: 'exception';
      readonly atUs: Micros;
      readonly machine: string;
      readonly name: string;
      readonly message: string;
    }
  | {
      readonly is: 'operation';
      readonly id: number;
      readonly kind: string;
      readonly by: string;
      readonly atUs: Micros;
      readonly completedUs: Micros;
      readonly outcome: Outcome;
      readonly about: Facts;
    }
  /** What a broker answered when it was asked what there is. */
  | {
      readonly is: 'told';
      readonly atUs: Micros;
      readonly broker: NodeId;
      readonly what: string;
      readonly told: string;
    }
  /**
   * A member of a group has processed or read a record, committed up to an offset, or begun at one;
   * it owns a partition (offset −1), or closes its consumer.
   */
  | {
      readonly is: 'member';
      readonly does: 'processed' | 'committed' | 'read' | 'began' | 'owns' | 'closes';
      readonly atUs: Micros;
      readonly group: string;
      readonly by: string;
      readonly partition: string;
      readonly offset: Offset;
    }
  /** The highest offset that anybody read of the partition. */
  | { readonly is: 'highest-read'; readonly partition: string; readonly offset: Offset };

/** Without an offset: −1; without a partition: empty. */
export function memberEvidence(
  { by, group }: { readonly by: string; readonly group: string },
  does: Extract<Evidence, { is: 'member' }>['does'],
  { atUs, partition = '', offset = -1 }: { atUs: Micros; partition?: string; offset?: Offset },
): Evidence {
  return { is: 'member', does, atUs, group, by, partition, offset };
}

export function sendEvidence(send: Send): Evidence {
  const { value, producer, invokedUs, completedUs, outcome, partition, offset, error } = send;
  return {
    is: 'send',
    value,
    producer,
    atUs: invokedUs,
    completedUs,
    outcome,
    partition,
    offset,
    error,
  };
}

export function placeEvidence(value: number, { partition, offset, atUs }: Place): Evidence {
  return { is: 'read', atUs, consumer: -1, partition, offset, value };
}

export function readEvidence(partition: string, offset: Offset, seen: SeenRecord): Evidence {
  const { atUs, consumer, value } = seen;
  return { is: 'read', atUs, consumer, partition, offset, value };
}

export function batchEvidence(
  node: NodeId | null,
  batch: BatchFact | null,
  isAsAppended = false,
): Evidence {
  return isAsAppended
    ? { is: 'batch', node, batch: plain(batch), isAsAppended }
    : { is: 'batch', node, batch: plain(batch) };
}

/** Without what else its bearer has. */
function plain(batch: BatchFact | null): BatchFact | null {
  if (batch === null) return null;
  const { baseOffset, lastOffset, leaderEpoch, crc } = batch;
  return { baseOffset, lastOffset, leaderEpoch, crc };
}

export function operationEvidence(operation: Operation): Evidence {
  const { id, kind, by, invokedUs, completedUs, outcome, about } = operation;
  return { is: 'operation', id, kind, by, atUs: invokedUs, completedUs, outcome, about };
}

export function toldEvidence(
  { atUs, broker }: BrokerView,
  { what, told }: { readonly what: string; readonly told: string },
): Evidence {
  return { is: 'told', atUs, broker, what, told };
}

export const seenEvidence = ({ id, atUs, boot, observation }: Seen): Evidence => ({
  is: 'observation',
  id,
  atUs,
  boot,
  observation,
});
