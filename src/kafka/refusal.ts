/**
 * The data on this disk is not what this node may run on, and only its operator can tell why. The
 * message names the file, what is wrong with it, and what can be done; nothing has been lost by
 * the attempt.
 */
export class RefusalError extends Error {
  override readonly name = 'RefusalError';
}
