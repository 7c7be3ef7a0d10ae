/** All properties. A new one is an object and a line here. */
import { type Guarantees, isPromised, type Promisee } from '../guarantees/guarantees.ts';
import { adminDurable, deletedReturns, metadataMadeUp, timeLookUp } from './admin.ts';
import {
  consistentRead,
  duplicate,
  failedRead,
  inconsistentOffsets,
  lostWrite,
  nonmonotonicPoll,
  nonmonotonicSend,
  pollSkip,
  recordOrder,
  sendsComplete,
  unseen,
} from './clients.ts';
import {
  converges,
  failsOverInTime,
  metadataAsLogged,
  monotonicEpoch,
  servesWithout,
  settingsAsCommitted,
  singleLeader,
  singleVote,
  unhandledException,
} from './cluster.ts';
import {
  balanced,
  closeReturns,
  committedOffsetDurable,
  deletedGroupGone,
  exclusiveOwnership,
  groupConverges,
  legalAssignment,
  memberEpochMonotonic,
  noCommitPastRead,
  noReprocessingPastCommit,
  noSilentZombie,
  noStaleCommit,
  offsetExpiresDue,
  sticky,
} from './groups.ts';
import { processedAtLeastOnce, processedOnce } from './processing.ts';
import type { About, Property } from './property.ts';
import {
  ackedByMinIsr,
  ackedNotLost,
  candidateCompleteness,
  highWatermarkReplicated,
  isrSuperset,
  leaderCompleteness,
  logMatching,
  metadataLogMatching,
  monotonicHighWatermark,
  noTruncationBelowHighWatermark,
  retentionSafe,
} from './replicas.ts';
import {
  epochsAsWritten,
  flushedSurvives,
  highWatermarkRestarts,
  producersAsWritten,
  readAsWritten,
  recoveredAsWritten,
  syncedWhenAcknowledged,
} from './storage.ts';

const all = [
  inconsistentOffsets,
  duplicate,
  lostWrite,
  unseen,
  failedRead,
  pollSkip,
  nonmonotonicPoll,
  nonmonotonicSend,
  recordOrder,
  consistentRead,
  sendsComplete,
  processedAtLeastOnce,
  processedOnce,
  monotonicHighWatermark,
  highWatermarkReplicated,
  logMatching,
  metadataLogMatching,
  leaderCompleteness,
  candidateCompleteness,
  noTruncationBelowHighWatermark,
  isrSuperset,
  ackedByMinIsr,
  retentionSafe,
  ackedNotLost,
  flushedSurvives,
  recoveredAsWritten,
  epochsAsWritten,
  producersAsWritten,
  readAsWritten,
  highWatermarkRestarts,
  syncedWhenAcknowledged,
  singleLeader,
  singleVote,
  monotonicEpoch,
  failsOverInTime,
  servesWithout,
  converges,
  unhandledException,
  metadataAsLogged,
  settingsAsCommitted,
  adminDurable,
  metadataMadeUp,
  deletedReturns,
  timeLookUp,
  committedOffsetDurable,
  offsetExpiresDue,
  deletedGroupGone,
  noStaleCommit,
  noCommitPastRead,
  noReprocessingPastCommit,
  exclusiveOwnership,
  legalAssignment,
  memberEpochMonotonic,
  balanced,
  sticky,
  groupConverges,
  closeReturns,
  noSilentZombie,
] as const;

export type PropertyName = (typeof all)[number]['name'];

/** A property, whatever the facts of its cases. */
export interface AnyProperty extends Omit<Property, 'name' | 'say'> {
  readonly name: PropertyName;
  say(about: About): string;
}

export const properties: readonly AnyProperty[] = all as readonly AnyProperty[];
export const propertyNames: readonly PropertyName[] = properties.map(({ name }) => name);

const byName = new Map(properties.map((one) => [one.name, one]));

export function propertyOf(name: PropertyName): AnyProperty {
  return byName.get(name)!;
}

/** Whether it must hold for this partition, or for the cluster where there is none. */
export function isOwed(
  name: PropertyName,
  guarantees: Guarantees,
  partition: string | null,
  to: Promisee = {},
): boolean {
  const { pledge } = byName.get(name)!;
  return guarantees.asked === name || isPromised(pledge, guarantees, partition, to);
}
