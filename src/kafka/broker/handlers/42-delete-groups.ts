/**
 * DeleteGroups, versions 0–2.
 * - Only a group without members goes, with all its offsets: else NON_EMPTY_GROUP. One that nobody
 *   knows is GROUP_ID_NOT_FOUND.
 * - Answered when all that is to go is gone on every replica that counts.
 */
import { deleteGroup } from '../../group/deletion.ts';
import { deleteGroupsApi } from '../../protocol/apis/42-delete-groups.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerHandler } from '../context.ts';

const handleDeleteGroups: BrokerHandler<typeof deleteGroupsApi> = (context, request) => {
  const names = [...new Set(request.body.groupsNames)];
  const codes = new Map<string, number>();
  const answered = (): void => {
    if (codes.size < names.length) return;
    const results = names.map((groupId) => ({ groupId, errorCode: codes.get(groupId) ?? 0 }));
    request.respond({ results });
  };
  if (names.length === 0) answered();
  for (const name of names) {
    const done = request.guard((code: number) => {
      codes.set(name, code);
      answered();
    });
    deleteGroup(context.groups.shardOf(name), name, done);
  }
};

export const servedDeleteGroups = serve(deleteGroupsApi, [0, 2], handleDeleteGroups);
