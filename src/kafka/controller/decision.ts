/**
 * A decision: what a request or an event does to the metadata. Decisions are pure; they read the
 * working image, which runs ahead of what is committed, and give the records to append, which take
 * effect together or not at all, and the response to give once they are committed.
 */
import type { NodeSettings } from '../config.ts';
import type { MetadataImage } from '../metadata/image.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import { errorCode } from '../protocol/errors.ts';
import type { ControllerRules } from './rules.ts';

export interface DecisionContext {
  readonly image: MetadataImage;
  readonly settings: NodeSettings;
  readonly rules: ControllerRules;
}

export interface Decision<Response> {
  readonly records: readonly MetadataRecord[];
  readonly response: Response;
}

export const noRecords: readonly MetadataRecord[] = [];

/**
 * What one request may add to the log and to the cluster, as in Kafka: it is decided, written and
 * applied in one piece, and while that goes on the controller does nothing else.
 */
export const maxRecordsPerRequest = 10_000;

export const isExcessive = (records: { readonly length: number }): boolean =>
  records.length > maxRecordsPerRequest;

export const excessive = {
  code: errorCode.policyViolation,
  message: 'Unable to perform excessively large batch operation.',
} as const;
