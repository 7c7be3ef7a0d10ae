/**
 * A group as its last record had it. A group with members was Stable when that was written; they go
 * on as they were, each with a whole session before it must be heard. What was not stored, a
 * rebalance under way, its members find out by errors, and begin anew.
 */
import type { GroupRecord } from './contract.ts';
import type { ClassicCore } from './core.ts';
import { rebalance } from './rebalance.ts';

export function restore(core: ClassicCore, record: GroupRecord): void {
  const { members } = core;
  core.protocolType = record.protocolType;
  core.generation = record.generation;
  core.protocol = record.protocol;
  core.leader = record.leader;
  core.state = record.members.length === 0 ? 'Empty' : 'Stable';
  core.stateSinceMs = record.currentStateTimestamp;
  for (const { subscription, ...kept } of record.members) {
    if (members.has(kept.memberId)) continue;
    const member = {
      ...kept,
      protocols: [{ name: record.protocol ?? '', metadata: subscription }],
      isNew: false,
      join: null,
      sync: null,
    };
    members.add(member);
    core.renewSession(member);
  }
  if (members.size > core.context.settings.maxSize) rebalance(core);
}
