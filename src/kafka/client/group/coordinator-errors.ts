import { errorCode } from '../../protocol/errors.ts';

/** Says about whoever was asked that it is not, or not yet, the group's coordinator. */
export function isCoordinatorError(code: number): boolean {
  return (
    code === errorCode.notCoordinator ||
    code === errorCode.coordinatorNotAvailable ||
    code === errorCode.coordinatorLoadInProgress ||
    code === errorCode.networkException
  );
}

/** With these a coordinator refuses also what it has appended, and what may yet be replicated. */
export const leavesOpen: ReadonlySet<number> = new Set([
  errorCode.coordinatorNotAvailable,
  errorCode.notCoordinator,
  errorCode.requestTimedOut,
  errorCode.unknownServerError,
]);
