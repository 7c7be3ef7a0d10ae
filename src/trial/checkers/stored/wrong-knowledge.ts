/**
 * What a log has to know from its batches: which leader epoch starts where, and how far each of its
 * producers has come. Computed from what stands in the files, by the definitions and not by the
 * log's own code.
 */
import type { Offset, ProducerId } from '../../../base/ids.ts';
import type { LogKnowledge } from '../../../kafka/observation.ts';
import type { ReplicaLog } from '../replica-log.ts';
import type { StoredBatch } from './storage.ts';

type EpochStart = LogKnowledge['epochs'][number];
type KnownProducer = LogKnowledge['producers'][number];

/** Null where the log knows what it must. Epochs are told as `3@118`, of their first offset. */
export function wrongEpochs(
  { epochs }: LogKnowledge,
  batches: readonly StoredBatch[],
  start: Offset,
): { known: readonly string[]; written: readonly string[] } | null {
  const written = writtenEpochs(batches, start);
  // A log whose records are all deleted still knows the epoch of the last one.
  if (written.length === 0 && epochs.length <= 1) return null;
  const told = ({ epoch, startOffset }: EpochStart): string => `${epoch}@${startOffset}`;
  const difference = { known: epochs.map(told), written: written.map(told) };
  return difference.known.join() === difference.written.join() ? null : difference;
}

function writtenEpochs(batches: readonly StoredBatch[], start: Offset): EpochStart[] {
  const starts: EpochStart[] = [];
  for (const { baseOffset, lastOffset, leaderEpoch: epoch } of batches) {
    if (lastOffset < start || epoch < 0 || epoch === starts.at(-1)?.epoch) continue;
    starts.push({ epoch, startOffset: Math.max(baseOffset, start) });
  }
  return starts;
}

/**
 * The first producer of whom the log knows something else than its batches say; null where there is
 * none. It may have forgotten those that were idle for too long, and still know others whose
 * records were deleted.
 */
export function wrongProducer(
  { producers }: LogKnowledge,
  batches: readonly StoredBatch[],
  { start, forgetsUntilMs }: Pick<ReplicaLog, 'start' | 'forgetsUntilMs'>,
): { producer: ProducerId; known: string; written: string } | null {
  const written = new Map<ProducerId, KnownProducer & { lastActiveMs: number; end: Offset }>();
  for (const batch of batches) {
    const { producerId, producerEpoch, lastSequence, maxTimestamp, lastOffset } = batch;
    if (producerId < 0) continue;
    const before = written.get(producerId);
    const goesOn = lastSequence < 0 && before?.producerEpoch === producerEpoch;
    written.set(producerId, {
      producerId,
      producerEpoch,
      lastSequence: goesOn ? before.lastSequence : lastSequence,
      lastActiveMs: maxTimestamp,
      end: lastOffset + 1,
    });
  }
  const told = ({ producerEpoch, lastSequence }: KnownProducer): string =>
    `epoch ${producerEpoch} up to sequence ${lastSequence}`;
  for (const known of producers) {
    const own = written.get(known.producerId);
    written.delete(known.producerId);
    const isDeleted = own === undefined && start > 0;
    if (isDeleted || (own !== undefined && told(own) === told(known))) continue;
    const says = own === undefined ? 'nothing' : told(own);
    return { producer: known.producerId, known: told(known), written: says };
  }
  for (const own of written.values()) {
    if (own.end <= start || own.lastActiveMs <= forgetsUntilMs) continue;
    return { producer: own.producerId, known: 'nothing', written: told(own) };
  }
  return null;
}
