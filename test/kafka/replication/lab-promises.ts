/**
 * What replication promises, as seen over all brokers of a `Lab`; a broken promise throws `Broken`.
 */
import type { NodeId } from '../../../src/base/ids.ts';
import * as batch from '../../../src/kafka/records/batch.ts';
import { forEachBatch } from '../../../src/kafka/records/reader.ts';
import type { Lab } from './lab.ts';

export class Broken extends Error {}

/** Records of a broker's log, `epoch:checksum` each. */
export function recordsOf(lab: Lab, id: NodeId): string[] {
  const { log } = lab.broker(id).partition;
  const found: string[] = [];
  let from = log.logStartOffset;
  while (from < log.logEndOffset) {
    const bytes = log.read(from, 1_000_000, log.logEndOffset);
    forEachBatch(bytes, (_, at) => {
      found[batch.baseOffset(bytes, at)] =
        `${batch.leaderEpoch(bytes, at)}:${batch.crc(bytes, at)}`;
      from = batch.lastOffset(bytes, at) + 1;
    });
  }
  return found;
}

/**
 * Below a replica's high watermark lies what was committed and nothing else; what a leader's mark
 * passes is committed from then on; and every leader of the newest epoch has all of it.
 */
export function checkPromises(lab: Lab): void {
  for (const [id, { lives, partition }] of lab.brokers) {
    if (lives && partition.highWatermark > 0) checkMark(lab, id);
  }
  const leader = lab.brokers.get(lab.state.leader);
  if (leader === undefined || !leader.lives) return;
  if (leader.partition.leaderEpoch !== lab.state.leaderEpoch) return;
  const records = recordsOf(lab, leader.id);
  lab.committed.forEach((known, offset) => {
    if (known !== records[offset]) throw new Broken(`leader ${leader.id} lost committed ${offset}`);
  });
}

function checkMark(lab: Lab, id: NodeId): void {
  const { highWatermark, leader, log } = lab.broker(id).partition;
  if (highWatermark > log.logEndOffset) throw new Broken(`${id}: high watermark beyond the log`);
  const records = recordsOf(lab, id);
  for (let offset = log.logStartOffset; offset < highWatermark; offset++) {
    const known = lab.committed[offset];
    if (known === undefined && leader !== null) lab.committed[offset] = records[offset] as string;
    else if (known === undefined) throw new Broken(`${id}: ${offset} below a follower's mark only`);
    else if (known !== records[offset])
      throw new Broken(`${id}: ${offset} is not what was committed`);
  }
}

/**
 * Everyone lives and hears everything, until nothing moves; then all logs must be equal and all
 * marks high.
 */
export function settle(lab: Lab): void {
  const ids = [...lab.brokers.keys()];
  for (const id of ids) lab.restart(id);
  lab.nowUs += 1_000_000;
  for (let round = 0; round < 40; round++) {
    lab.learnAll();
    while (lab.proposals.length + lab.answers.length > 0) lab.answer();
    for (const id of ids) lab.fetch(id);
  }
  const { isr, leader } = lab.state;
  const expected = recordsOf(lab, leader).join();
  for (const id of ids) {
    if (recordsOf(lab, id).join() !== expected) throw new Broken(`${id} differs from ${leader}`);
  }
  if (isr.length < ids.length) throw new Broken(`the ISR stays ${isr}`);
  const { highWatermark, log } = lab.broker(leader).partition;
  if (highWatermark < log.logEndOffset)
    throw new Broken(`high watermark stays at ${highWatermark}`);
}
