/**
 * What an application of the client gets to see when something did not work. `outcome` is the
 * honest answer to "did it happen?": `failed` means certainly not, `unknown` means that it may have
 * happened or may yet happen. A history checker relies on this, so in doubt it is `unknown`.
 */
import { errorCode, errorName } from '../protocol/errors.ts';

export type Outcome = 'failed' | 'unknown';

export type ClientErrorKind =
  /** A broker answered with an error that repeating does not mend; see `code`. */
  | 'broker'
  /** Time or retries are used up; `code` is the last error a broker gave, if one did. */
  | 'timeout'
  /** Connections failed and no retry is left. */
  | 'disconnected'
  | 'unsupported-version'
  | 'record-too-large'
  | 'buffer-full'
  | 'invalid-argument'
  | 'offset-out-of-range'
  /** The log was truncated below the position (KIP-320). */
  | 'log-truncated'
  /** Fetched bytes are not sound record batches. */
  | 'corrupt-records'
  | 'closed';

export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly kind: ClientErrorKind;
  readonly outcome: Outcome;
  /** Kafka's error code, 0 where no broker spoke. */
  readonly code: number;

  constructor(kind: ClientErrorKind, message: string, outcome: Outcome = 'failed', code = 0) {
    super(code === errorCode.none ? message : `${message} (${errorName(code)})`);
    this.kind = kind;
    this.outcome = outcome;
    this.code = code;
  }
}
