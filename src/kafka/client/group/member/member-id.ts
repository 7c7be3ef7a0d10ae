import { decodeUuid, uuidBytes } from '../../../../base/uuid.ts';
import type { RandomStream } from '../../../../host/random.ts';

/** A uuid of version 4 (KIP-848: the member names itself), in Kafka's text form. */
export function newMemberId(random: RandomStream): string {
  const bytes = new Uint8Array(uuidBytes);
  for (let at = 0; at < uuidBytes; at++) bytes[at] = random.int(256);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return decodeUuid(bytes, 0);
}
