/**
 * A decoded answer as facts: a path and a value for each leaf, so that two answers are compared
 * line by line. Elements of arrays are named by what identifies them, not by their place; what must
 * differ between two clusters is put in its general form by the rules.
 */
import { decodeText } from '../../src/base/text.ts';
import {
  attributes,
  baseOffset,
  baseTimestamp,
  batchHeaderSize,
  crc,
  lastOffsetDelta,
  leaderEpoch,
  magic,
  maxTimestamp,
  producerEpoch,
  recordCount,
  sizeInBytes,
} from '../../src/kafka/records/batch.ts';
import { forEachBatch, readRecords } from '../../src/kafka/records/reader.ts';
import { generalForm, type View } from './rules.ts';

export type Facts = Map<string, string>;

/** What identifies an element: the first of these that it has, all its fields together. */
const identifying: readonly (readonly string[])[] = [
  ['name'],
  ['topic'],
  ['topicName'],
  ['key'],
  ['resourceType', 'resourceName'],
  ['topicId'],
  ['partitionIndex'],
  ['partition'],
  ['index'],
  ['batchIndex'],
  ['groupId'],
  ['memberId', 'groupInstanceId'],
  ['memberId'],
  ['apiKey'],
  ['nodeId'],
  ['brokerId'],
  ['replicaId'],
];

const mayBeEmpty: ReadonlySet<string> = new Set(['key', 'groupId', 'memberId']);

export function addFacts(facts: Facts, path: string, value: unknown, view: View): void {
  if (value instanceof Uint8Array) {
    if (path.endsWith('.records')) addRecords(facts, path, value);
    else facts.set(path, hex(value));
  } else if (Array.isArray(value)) addArray(facts, path, value, view);
  else if (typeof value === 'object' && value !== null) {
    for (const [field, each] of Object.entries(value)) {
      addFacts(facts, `${path}.${field}`, each, view);
    }
  } else facts.set(path, generalForm(path, value, view));
}

function addArray(facts: Facts, path: string, elements: readonly unknown[], view: View): void {
  if (elements.some((each) => typeof each !== 'object')) {
    facts.set(path, generalForm(path, elements, view));
    return;
  }
  facts.set(path, 'an array');
  for (const element of elements as Record<string, unknown>[]) {
    const base = `${path}[${nameOf(path, element, view)}]`;
    let name = base;
    for (let again = 2; facts.has(name); again++) name = `${base.slice(0, -1)} #${again}]`;
    facts.set(name, 'there');
    addFacts(facts, name, element, view);
  }
}

function nameOf(path: string, element: Record<string, unknown>, view: View): string {
  // A coordinator's key may be empty; an empty name is one that the version lacks.
  const given = (field: string): boolean =>
    field in element && (element[field] !== '' || mayBeEmpty.has(field));
  // A name that is null or that the version lacks leaves it to the id.
  const fields = identifying.find(
    ([first]) => given(first!) && !(element[first!] === null && given('topicId')),
  );
  return (fields ?? [])
    .filter((field) => field in element)
    .map((field) => generalForm(`${path}[].${field}`, element[field], view))
    .join(' ');
}

/** Records as batches with their headers; of compressed ones the content, not the codec's bytes. */
function addRecords(facts: Facts, path: string, bytes: Uint8Array): void {
  facts.set(path, bytes.length === 0 ? 'no bytes' : 'bytes');
  try {
    let index = 0;
    const end = forEachBatch(bytes, (_, position) => {
      addBatch(facts, `${path}[batch ${index++}]`, bytes, position);
    });
    if (end < bytes.length) facts.set(`${path}[rest]`, `${bytes.length - end} bytes`);
  } catch (error) {
    facts.set(`${path}[unreadable]`, `${error} ${hex(bytes.subarray(0, 100))}`);
  }
}

function addBatch(facts: Facts, path: string, bytes: Uint8Array, at: number): void {
  const set = (field: string, value: unknown): void => {
    facts.set(`${path}.${field}`, String(value));
  };
  facts.set(path, 'there');
  set('baseOffset', baseOffset(bytes, at));
  set('leaderEpoch', leaderEpoch(bytes, at));
  set('magic', magic(bytes, at));
  set('attributes', attributes(bytes, at));
  set('lastOffsetDelta', lastOffsetDelta(bytes, at));
  set('baseTimestamp', baseTimestamp(bytes, at));
  set('maxTimestamp', maxTimestamp(bytes, at));
  set('producerEpoch', producerEpoch(bytes, at));
  set('recordCount', recordCount(bytes, at));
  if ((attributes(bytes, at) & 7) === 0) {
    set('crc', crc(bytes, at));
    set('body', hex(bytes.subarray(at + batchHeaderSize, at + sizeInBytes(bytes, at))));
    return;
  }
  set('records', readRecords(bytes, at).map(recordText).join('; '));
}

function recordText(record: ReturnType<typeof readRecords>[number]): string {
  const text = (part: Uint8Array | null): string =>
    part === null ? 'null' : decodeText(part, 0, Math.min(part.length, 100));
  return `${record.offset} ${record.timestamp} ${text(record.key)}=${text(record.value)}`;
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
