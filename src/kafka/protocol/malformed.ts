/** Bytes that are no message of the version they claim to be: the peer's fault, or damage. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
}
