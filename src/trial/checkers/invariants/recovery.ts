import type { Offset } from '../../../base/ids.ts';
import { atRisk } from '../../../base/mark.ts';
import type { SeenOf } from '../../history/seen.ts';
import {
  epochsAsWritten,
  flushedSurvives,
  highWatermarkRestarts,
  producersAsWritten,
  readAsWritten,
  recoveredAsWritten,
} from '../../properties/storage.ts';
import type { Invariant, Proof, Report } from '../contract.ts';
import { batchEvidence, seenEvidence } from '../evidence.ts';
import type { ClusterLogs } from '../partition-logs.ts';
import type { BatchFact, FormerLog, ReplicaLog } from '../replica-log.ts';
import type { StoredLog } from '../stored/storage.ts';
import { type WrongBytes, wrongBytes } from '../stored/wrong-bytes.ts';
import { wrongEpochs, wrongProducer } from '../stored/wrong-knowledge.ts';

type OfReplica = SeenOf<
  | 'log-read'
  | 'log-opened'
  | 'log-truncated'
  | 'high-watermark-restored'
  | 'high-watermark-stored'
  | 'producers-expired'
>;

/**
 * What a replica has after its process or its machine went down: `flushed-survives`,
 * `recovered-as-written`, `epochs-as-written`, `producers-as-written`, `high-watermark-restarts`;
 * the middle three after a cut as well; and `read-as-written` for what it reads all the time. The
 * files are read from the disks themselves. A disk that has spoilt what it holds excuses all, and
 * so does the deletion of the topic.
 */
export function recoveryInvariant(logs: ClusterLogs, report: Report): Invariant {
  const ofReplica =
    <S extends OfReplica>(look: (replica: ReplicaLog, seen: S) => void) =>
    (seen: S): void => {
      const { node, topicId, partition } = seen.observation;
      const known = logs.partition(partition, topicId);
      // The files of a deleted topic may go at any time, and a lost removal brings them back.
      if (!known.isDeleted) look(known.replica(node), seen);
    };
  return {
    on: {
      'log-read': ofReplica((replica, seen) => checkRead(logs, replica, seen, report)),
      'log-opened': ofReplica((replica, seen) => checkOpening(replica, seen, report)),
      'log-truncated': ofReplica((replica, seen) => checkCut(logs, replica, seen, report)),
      'high-watermark-restored': ofReplica((replica, seen) => checkMark(replica, seen, report)),
      'high-watermark-stored': ofReplica((replica, { observation }) => {
        // The newest counts: one written while the log was cut may have come before it.
        replica.storedHighWatermark = observation.highWatermark;
      }),
      'producers-expired': ofReplica((replica, { observation }) => {
        replica.forgetsUntilMs = Math.max(replica.forgetsUntilMs, observation.untilMs);
      }),
    },
  };
}

function checkOpening(replica: ReplicaLog, seen: SeenOf<'log-opened'>, report: Report): void {
  const { former, stored } = replica;
  if (former === null || replica.isDamaged) return;
  if (former.hasLost ? former.flushedEnd > former.start : former.end > former.start)
    atRisk(flushedSurvives);
  checkSurvival(replica, former, seen, report);
  if (stored === null) return;
  if (stored.batches.length > 0) atRisk(recoveredAsWritten);
  const mayBe = former.hasLost ? (batch: BatchFact) => replica.wasCut(batch) : undefined;
  const wrong = wrongBytes(stored, former.batches, seen.observation, mayBe);
  if (wrong !== null) reportBytes(replica, seen, wrong, report);
  checkKnowledge(replica, stored, seen, report);
}

/** The files after a cut, and what the log then says of them. */
function checkCut(
  { storage }: ClusterLogs,
  replica: ReplicaLog,
  seen: SeenOf<'log-truncated'>,
  report: Report,
): void {
  const { node, partition: directory } = seen.observation;
  replica.noteDamage(storage.pastOf(node));
  if (replica.isDamaged) return;
  const stored = storage.logOf(node, directory);
  if (stored === null) return;
  const wrong = wrongBytes(stored, replica.batches, replica);
  if (wrong !== null) reportBytes(replica, seen, wrong, report);
  checkKnowledge(replica, stored, seen, report);
}

function checkSurvival(
  replica: ReplicaLog,
  former: FormerLog,
  seen: SeenOf<'log-opened'>,
  report: Report,
): void {
  const owed = former.hasLost ? former.flushedEnd : former.end;
  const offset = firstLost(replica, former, owed);
  if (offset === null) return;
  const { node, partition } = replica;
  const lost = former.batches.find((batch) => batch.baseOffset === offset);
  const about = { partition, node, offset, owed, end: replica.end, power: former.hasLost };
  report(flushedSurvives, {
    about,
    atUs: seen.atUs,
    partition,
    evidence: [
      seenEvidence(seen),
      ...(lost === undefined ? [] : [batchEvidence(node, lost, true)]),
    ],
  });
}

function firstLost(replica: ReplicaLog, former: FormerLog, owed: Offset): Offset | null {
  if (owed <= former.start) return null;
  if (replica.start > former.start) return former.start;
  for (const batch of former.batches) {
    if (batch.lastOffset < former.start) continue;
    if (batch.lastOffset >= owed) break;
    if (!replica.holds(batch)) return batch.baseOffset;
  }
  return replica.end < owed ? replica.end : null;
}

function checkKnowledge(
  replica: ReplicaLog,
  { batches }: StoredLog,
  seen: SeenOf<'log-opened'> | SeenOf<'log-truncated'>,
  report: Report,
): void {
  const { node, partition } = replica;
  const { knowledge } = seen.observation;
  replica.forgetsUntilMs = Math.max(replica.forgetsUntilMs, knowledge.forgetsUntilMs);
  const evidence: Proof = [seenEvidence(seen)];
  const common = { atUs: seen.atUs, partition, evidence };
  if (batches.length > 0) {
    atRisk(epochsAsWritten);
    atRisk(producersAsWritten);
  }
  const epochs = wrongEpochs(knowledge, batches, replica.start);
  if (epochs !== null)
    report(epochsAsWritten, { about: { partition, node, ...epochs }, ...common });
  const producer = wrongProducer(knowledge, batches, replica);
  if (producer === null) return;
  report(producersAsWritten, { about: { partition, node, ...producer }, ...common });
}

function checkMark(
  replica: ReplicaLog,
  seen: SeenOf<'high-watermark-restored'>,
  report: Report,
): void {
  const { highWatermark } = seen.observation;
  const { node, partition, start, end, former, openedClean, storedHighWatermark } = replica;
  const within = (offset: Offset): Offset => Math.min(Math.max(offset, start), end);
  const least = within(openedClean ? (former?.highWatermark ?? 0) : storedHighWatermark);
  const most = openedClean ? least : end;
  replica.storedHighWatermark = Math.min(storedHighWatermark, end);
  replica.highWatermark = highWatermark;
  if (replica.isDamaged) return;
  if (least > start) atRisk(highWatermarkRestarts);
  if (highWatermark >= least && highWatermark <= most) return;
  report(highWatermarkRestarts, {
    about: { partition, node, highWatermark, least, most },
    atUs: seen.atUs,
    partition,
    evidence: [seenEvidence(seen)],
  });
}

function checkRead(
  { storage }: ClusterLogs,
  replica: ReplicaLog,
  seen: SeenOf<'log-read'>,
  report: Report,
): void {
  const { node, partition } = replica;
  const { from: offset, baseOffset: found, crc } = seen.observation;
  const standing = replica.batch(replica.indexOf(offset));
  atRisk(readAsWritten);
  if (standing?.baseOffset === found && standing.crc === crc) return;
  replica.noteDamage(storage.pastOf(node));
  if (replica.isDamaged) return;
  report(readAsWritten, {
    about: { partition, node, offset, found, standing: standing?.baseOffset ?? -1 },
    atUs: seen.atUs,
    partition,
    evidence: [batchEvidence(node, standing ?? null, true), seenEvidence(seen)],
  });
}

function reportBytes(
  { node, partition }: ReplicaLog,
  seen: SeenOf<'log-opened'> | SeenOf<'log-truncated'>,
  { offset, problem, own, found }: WrongBytes,
  report: Report,
): void {
  report(recoveredAsWritten, {
    about: { partition, node, offset, problem },
    atUs: seen.atUs,
    partition,
    evidence: [batchEvidence(node, own, true), batchEvidence(node, found), seenEvidence(seen)],
  });
}
