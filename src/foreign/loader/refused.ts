/**
 * What a simulated machine does not have. The error names the call and says what to do; it is an
 * exception of the foreign code, which may catch it as it catches a missing feature of a platform.
 */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code = 'ERR_ORDEAL_REFUSED';
  readonly call: string;

  constructor(call: string, advice: string) {
    super(`${call} is not part of the simulated machine: ${advice}`);
    this.call = call;
  }
}
