/** What administrators are told of a classic group, and the topics its members subscribe to. */
import type { GroupDescription } from './contract.ts';
import type { ClassicCore } from './core.ts';
import { metadataOf, noBytes } from './members.ts';

export function describeGroup({ state, protocolType, protocol, members }: ClassicCore) {
  const isStable = state === 'Stable';
  const description: GroupDescription = {
    state,
    protocolType,
    protocol: isStable ? (protocol ?? '') : '',
    members: [...members.values()].map((member) => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      metadata: isStable ? metadataOf(member, protocol) : noBytes,
      assignment: member.assignment,
    })),
  };
  return description;
}

export function subscribedTopics(core: ClassicCore): ReadonlySet<string> | null {
  if (core.protocolType !== 'consumer') return null;
  const topics = new Set<string>();
  for (const { protocols } of core.members.values()) {
    const chosen = protocols.find(({ name }) => name === core.protocol) ?? protocols[0];
    if (chosen === undefined || !addTopics(topics, chosen.metadata)) return null;
  }
  return topics;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Every version of a consumer's subscription begins with the version and the topics. False where
 * the bytes are something else.
 */
function addTopics(topics: Set<string>, metadata: Uint8Array): boolean {
  const view = new DataView(metadata.buffer, metadata.byteOffset, metadata.byteLength);
  let at = 6;
  if (view.byteLength < at) return false;
  const count = view.getInt32(2);
  if (view.getInt16(0) < 0 || count < 0) return false;
  for (let i = 0; i < count; i++) {
    if (at + 2 > view.byteLength) return false;
    const length = view.getInt16(at);
    at += 2;
    if (length < 0 || at + length > view.byteLength) return false;
    try {
      topics.add(utf8.decode(metadata.subarray(at, at + length)));
    } catch {
      return false;
    }
    at += length;
  }
  return true;
}
