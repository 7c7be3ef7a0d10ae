import { hasPredecessor } from '../../history/incarnations.ts';
import type { Case } from '../contract.ts';

/**
 * Topics of one name, made one after the other: members and coordinators know the name, which may
 * mean either.
 */
export const isUnclear = ({ isDeleted }: Pick<Case, 'isDeleted'>, partition: string): boolean =>
  isDeleted(partition) || hasPredecessor(partition);
