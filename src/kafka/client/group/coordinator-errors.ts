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
