/**
 * `deleted-group-gone`: when the deletion of a group is acknowledged, no offset is in force that was
 * committed before it was asked for. A former coordinator may say that there is no such group.
 */
import { atRisk } from '../../../base/mark.ts';
import { deletedGroupGone } from '../../properties/groups.ts';
import type { Checker } from '../contract.ts';
import { operationEvidence } from '../evidence.ts';

export const checkDeletions: Checker = ({ groups, history }, report) => {
  for (const operation of history.operations.all) {
    const { about, completedUs, invokedUs, kind, outcome } = operation;
    if (kind !== 'delete-group' || outcome !== 'ok') continue;
    const log = groups.find(String(about.group));
    if (log === undefined) continue;
    if (groups.coordinators.formerUntilUs(log.coordinator, completedUs) > invokedUs) continue;
    for (const partition of log.partitions) {
      if (log.inForce(partition, invokedUs) < 0) continue;
      atRisk(deletedGroupGone);
      const since = log.between(partition, invokedUs, completedUs);
      if (since.length > 0) continue;
      const offset = log.inForce(partition, completedUs);
      report(deletedGroupGone, {
        about: { group: log.group, partition, offset },
        atUs: completedUs,
        partition: log.coordinator,
        evidence: [operationEvidence(operation)],
      });
    }
  }
};
