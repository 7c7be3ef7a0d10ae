import { drawOne } from '../../../base/draw.ts';
import { errorCode } from '../../../kafka/protocol/errors.ts';
import { activityKind, groupName } from '../activity.ts';

export const deleteGroup = activityKind({
  name: 'delete-group',
  does: 'the administrator deletes `group` with all that it has committed; refused while it has members',
  by: 'administrator',
  ofGroups: true,
  fields: { group: groupName },
  draw: (random, { groups }) =>
    groups.length === 0 ? null : { group: drawOne(groups, random).name },
  consequences: ({ group }) => ({ movesOffsetsOf: group }),
  async run({ group }, { groupAdmin, perform }) {
    const doneBefore = [errorCode.groupIdNotFound];
    await perform({ kind: 'delete-group', about: { group }, doneBefore }, (options) =>
      groupAdmin.deleteGroups([group], options),
    );
  },
});
