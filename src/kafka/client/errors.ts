/**
 * What an application of the client gets to see when something did not work. `outcome` is the
 * honest answer to "did it happen?": `failed` means certainly not, `unknown` means that it may have
 * happened or may yet happen. A history checker relies on this, so in doubt it is `unknown`.
 */
import type { Offset } from '../../base/ids.ts';
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
  /** The consumer is not, or not any more, the member of its group that it would have to be. */
  | 'fenced'
  /** Nothing is committed for a partition, and the reset policy is `none`. */
  | 'no-committed-offset'
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

/**
 * A batch that cannot be read. All records before it were handed over; a `seek` to `nextOffset`
 * goes on behind it.
 */
export class BadBatchError extends ClientError {
  readonly topic: string;
  readonly partition: number;
  readonly offset: Offset;
  readonly nextOffset: Offset;

  constructor(
    topic: string,
    partition: number,
    bad: { offset: Offset; nextOffset: Offset; what: string; code: number },
  ) {
    const { offset, nextOffset, what, code } = bad;
    const where = `${topic}-${partition} at offset ${offset}`;
    super('corrupt-records', `${where}: ${what}; it ends before ${nextOffset}`, 'failed', code);
    this.topic = topic;
    this.partition = partition;
    this.offset = offset;
    this.nextOffset = nextOffset;
  }
}
