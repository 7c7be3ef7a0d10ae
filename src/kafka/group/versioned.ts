/** Keys and values of groups begin with their version as an int16. */
import { MalformedError } from '../protocol/malformed.ts';
import { decodeMessage } from '../protocol/message.ts';
import type { Message } from '../protocol/schema.ts';

const versionBytes = 2;

export function versionOf(bytes: Uint8Array): number {
  if (bytes.length < versionBytes) throw new MalformedError('a record of groups without a version');
  return (((bytes[0] as number) << 24) >> 16) | (bytes[1] as number);
}

/** Throws a MalformedError where it is damaged, or of a version that nobody knows. */
export function readVersioned<Out>(message: Message<Out>, bytes: Uint8Array): Out {
  const version = versionOf(bytes);
  if (version < message.minVersion || version > message.maxVersion) {
    throw new MalformedError(`${message.name} has no version ${version}`);
  }
  return decodeMessage(message, version, bytes, versionBytes);
}
