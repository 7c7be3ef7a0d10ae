/**
 * A broken invariant is a bug in us, never in the input: it throws, and a trial reports it as
 * internal.
 */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Asserts what must hold here. `message` says what was expected, in one short sentence. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** For the branch of a switch over a closed union that cannot be reached. */
export function unreachable(value: never, where: string): never {
  throw new AssertionError(`unreachable case in ${where}: ${String(value)}`);
}
