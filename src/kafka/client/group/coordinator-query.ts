/** FindCoordinator for one group, in all versions at once. */
import type { FindCoordinatorResponse } from '../../protocol/apis/10-find-coordinator.ts';

const groupKey = 0;

export const coordinatorQuery = (groupId: string) => ({
  key: groupId,
  keyType: groupKey,
  coordinatorKeys: [groupId],
});

export interface CoordinatorAnswer {
  readonly errorCode: number;
  readonly host: string;
  readonly port: number;
}

/** From version 4 on the answer has a list. */
export function coordinatorIn(response: FindCoordinatorResponse): CoordinatorAnswer {
  return response.coordinators[0] ?? response;
}
