/**
 * Decisions about groups that Kafka once got wrong, each one small and pure. The right ones are the
 * default; a test swaps one to see what breaks.
 */
import type { Offset } from '../../base/ids.ts';
import type { OffsetAge } from '../observation.ts';

export interface GroupRules {
  /**
   * KIP-211, KAFKA-4682: offsets that somebody may come back for do not expire. In a group whose
   * members are all gone they age from the moment it became empty, or from the commit where that is
   * not known; in a simple group from the commit; in a stable one only those of topics to which no
   * member is subscribed. During a rebalance none does (KAFKA-13636). An expiry that the client
   * asked for counts only where it asked (KAFKA-8069: none is stored as −1, and that is no time).
   */
  offsetExpires(age: OffsetAge): boolean;
  /**
   * Where the loading of a partition ends: at the end of its log, committed or not, since what is
   * above the high watermark may be committed under this leader (KAFKA-5600 stopped before).
   */
  loadEnd(log: { readonly highWatermark: Offset; readonly logEndOffset: Offset }): Offset;
  /**
   * KAFKA-4362: whether a broker coordinates the groups of a partition: as long as it leads it. One
   * that goes on after that answers from a memory that another has made stale.
   */
  coordinates(state: { readonly leads: boolean }): boolean;
  /**
   * Whether a group that an administrator deletes goes by a record in the log, so that the next
   * coordinator has not got it either (Redpanda 4900).
   */
  deletionIsPersisted(): boolean;
}

export const kafkaGroupRules: GroupRules = {
  offsetExpires(age) {
    const { nowMs, retentionMs, commitTimestamp, expireTimestamp, group, emptySince } = age;
    if (group === 'rebalancing') return false;
    if (group === 'stable' && age.isSubscribed !== false) return false;
    if (expireTimestamp >= 0) return nowMs >= expireTimestamp;
    const since = group === 'empty' && emptySince >= 0 ? emptySince : commitTimestamp;
    return nowMs - since >= retentionMs;
  },
  loadEnd: ({ logEndOffset }) => logEndOffset,
  coordinates: ({ leads }) => leads,
  deletionIsPersisted: () => true,
};
