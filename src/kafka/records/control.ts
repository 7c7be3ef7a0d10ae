/**
 * Control records that end transactions. Key: version, type (0 abort, 1 commit), both 16 bits;
 * value: version 16 bits, the transaction coordinator's epoch 32 bits. Other control records (those
 * of the quorum) have other types and no producer id.
 */
import type { ProducerEpoch, ProducerId, WallMs } from '../../base/ids.ts';
import { buildBatch } from './builder.ts';
import { readRecords } from './reader.ts';

export interface EndMarker {
  readonly type: 'abort' | 'commit';
  readonly coordinatorEpoch: number;
  readonly timestamp: WallMs;
}

/**
 * The marker in the control batch at `position`; null where it holds none (all its records were
 * cleaned).
 */
export function readEndMarker(bytes: Uint8Array, position: number): EndMarker | null {
  const record = readRecords(bytes, position)[0];
  const { key, value } = record ?? { key: null, value: null };
  if (record === undefined || key === null || key.length < 4) return null;
  const type = ((key[2] as number) << 8) | (key[3] as number);
  if (type > 1) return null;
  return {
    type: type === 0 ? 'abort' : 'commit',
    coordinatorEpoch: value === null || value.length < 6 ? -1 : int32(value, 2),
    timestamp: record.timestamp,
  };
}

/** The control batch that ends the open transaction of a producer in one partition. */
export function buildEndMarker(
  producerId: ProducerId,
  producerEpoch: ProducerEpoch,
  marker: EndMarker,
): Uint8Array {
  const epoch = marker.coordinatorEpoch;
  const key = Uint8Array.of(0, 0, 0, marker.type === 'abort' ? 0 : 1);
  const value = Uint8Array.of(0, 0, epoch >>> 24, epoch >>> 16, epoch >>> 8, epoch);
  const records = [{ timestamp: marker.timestamp, key, value, headers: [] }];
  return buildBatch({ records, producerId, producerEpoch, transactional: true, control: true });
}

function int32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}
