/**
 * Draws what single producers have of their own: in half of the seeds all are alike, in the others
 * each has its acks, idempotence, compression, sizes, and records without key, value or with
 * headers. What each is promised follows from the table of guarantees.
 */
import { drawOne } from '../../base/draw.ts';
import type { RandomStream } from '../../host/random.ts';
import { compressions } from '../../kafka/records/batch.ts';
import type { Workload } from '../scenario/workload.ts';

type Own = NonNullable<Workload['each']>[number];

export function drawProducers(workload: Workload, random: RandomStream): Workload {
  if (random.int(2) === 0) return workload;
  const each = Array.from({ length: workload.producers }, () => drawOwn(workload, random));
  return { ...workload, each };
}

function drawOwn({ recordBytes }: Workload, random: RandomStream): Own {
  const acks = drawOne(['all', 'all', 'all', 1, 0] as const, random);
  const smaller = Math.max(16, Math.floor(recordBytes / 10));
  return {
    acks,
    idempotent: acks === 'all' && random.int(4) > 0,
    maxInFlight: drawOne([1, 3, 5], random),
    lingerMs: drawOne([0, 5, 100], random),
    compression: drawOne(compressions, random),
    recordBytes: drawOne([recordBytes, recordBytes, smaller], random),
    nullKeysPerMille: drawOne([0, 0, 200, 1000], random),
    nullValuesPerMille: drawOne([0, 0, 100], random),
    headers: drawOne([0, 0, 3], random),
  };
}
