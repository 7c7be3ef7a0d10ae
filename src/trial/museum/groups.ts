/** Exhibits of coordinators of groups: what is kept, who may commit, who has what. */
import { type ClassicRules, kafkaClassicRules } from '../../kafka/group/classic/rules.ts';
import { except, merged } from '../../kafka/group/consumer/partitions.ts';
import { kafkaConsumerRules } from '../../kafka/group/consumer/rules.ts';
import { kafkaGroupRules } from '../../kafka/group/rules.ts';
import { errorCode } from '../../kafka/protocol/errors.ts';
import type { Exhibit } from './exhibit.ts';

const keeps = 'a committed offset stays until its group lets it go';
const oneOwner = 'a partition has one owner in a group';

export const kafka5600: Exhibit = {
  id: 'KAFKA-5600',
  until: '0.11.0.1',
  sentence: 'A coordinator stops loading at its high watermark, which may lag behind.',
  promise: keeps,
  rules: { group: { loadEnd: ({ highWatermark }) => highWatermark } },
};

export const kip211: Exhibit = {
  id: 'KIP-211',
  until: '2.1',
  sentence: 'Offsets expire by the age of their commit, though their group reads on.',
  promise: keeps,
  rules: {
    group: {
      offsetExpires: (age) => kafkaGroupRules.offsetExpires({ ...age, group: 'simple' }),
    },
  },
};

export const kafka8069: Exhibit = {
  id: 'KAFKA-8069',
  until: '2.2',
  sentence: 'An offset for which no client asked an expiry is taken for one that is long over.',
  promise: keeps,
  rules: {
    group: {
      offsetExpires: (age) =>
        kafkaGroupRules.offsetExpires({
          ...age,
          expireTimestamp: Math.max(0, age.expireTimestamp),
        }),
    },
  },
};

export const kafka13636: Exhibit = {
  id: 'KAFKA-13636',
  until: '2.8.2',
  sentence: 'Offsets expire while their group rebalances.',
  promise: keeps,
  rules: {
    group: {
      offsetExpires: (age) => {
        const group = age.group === 'rebalancing' ? 'simple' : age.group;
        return kafkaGroupRules.offsetExpires({ ...age, group });
      },
    },
  },
};

export const kafka4362: Exhibit = {
  id: 'KAFKA-4362',
  until: '0.10.1',
  sentence: 'A broker goes on coordinating groups whose partition it does not lead any more.',
  promise: oneOwner,
  rules: { group: { coordinates: () => true } },
};

export const redpanda4900: Exhibit = {
  id: 'Redpanda-4900',
  until: 'Redpanda',
  sentence: 'The deletion of a group is not written to the log, and the next coordinator has it.',
  promise: 'a deleted group is gone',
  rules: { group: { deletionIsPersisted: () => false } },
};

export const kafka10284: Exhibit = {
  id: 'KAFKA-10284',
  until: '2.6.1',
  sentence: 'The new id of a static member that came back is not kept: its former self is known.',
  promise: 'a static member that came back is the member',
  rules: { classic: { replacementIsPersisted: () => false } },
};

export const kafka9801: Exhibit = {
  id: 'KAFKA-9801',
  until: '2.5',
  sentence:
    'A static member comes back while the leader assigns to its former id, and gets nothing.',
  promise: 'every partition has an owner',
  rules: {
    classic: {
      replacementRebalances: (state, protocolChanges) => state === 'Stable' && protocolChanges,
    },
  },
};

const anyCommit: ClassicRules['judgeCommit'] = (question, rules) =>
  question.state === 'Dead' ? kafkaClassicRules.judgeCommit(question, rules) : errorCode.none;

export const staleCommit: Exhibit = {
  id: 'stale-generation-commit',
  until: 'made for the museum',
  sentence: 'A member of an earlier generation rewinds what its successors have committed.',
  promise: 'only who owns a partition commits its offset',
  rules: { classic: { judgeCommit: anyCommit } },
};

export const kafka7196: Exhibit = {
  id: 'KAFKA-7196',
  until: '2.1',
  sentence: 'The session of a member that has gone runs out, and its group rebalances for nobody.',
  promise: 'a group whose members stay does not rebalance',
  rules: { classic: { sessionEndsWithMembership: () => false } },
  unseen: {
    why: 'a rebalance that nobody needed breaks no promise: all go on where they were',
    test: 'test/kafka/group/classic/rules.test.ts',
  },
};

export const kafka16147: Exhibit = {
  id: 'KAFKA-16147',
  until: '4.0',
  sentence: 'What a member was to give up and gets back counts as free, and another gets it too.',
  promise: oneOwner,
  rules: {
    consumer: {
      released: (before, after) =>
        merged(except(before.assigned, merged(after.assigned, after.revoking)), before.revoking),
    },
  },
};

export const kafka19233: Exhibit = {
  id: 'KAFKA-19233',
  until: '4.1',
  sentence: 'A member that was fenced may not join again with epoch 0.',
  promise: 'whoever subscribes gets its share',
  rules: {
    consumer: {
      judgeEpoch: (question) =>
        question.claimed === 0 && question.current.epoch > 0
          ? errorCode.fencedMemberEpoch
          : kafkaConsumerRules.judgeEpoch(question),
    },
  },
};

export const kafka20442: Exhibit = {
  id: 'KAFKA-20442',
  until: '4.3',
  sentence: 'A group whose last member has gone keeps an epoch that its assignment never reaches.',
  promise: 'a group at rest has assigned what there is',
  rules: { consumer: { emptyAssignmentEpoch: (_, assignmentEpoch) => assignmentEpoch } },
  unseen: {
    why: 'whoever joins raises the epoch and assigns anew: only who asks about an empty group sees it',
    test: 'test/kafka/group/consumer/rules.test.ts',
  },
};

export const kafka20066: Exhibit = {
  id: 'KAFKA-20066',
  until: '4.3',
  sentence: 'A member whose epoch is being raised may not commit until it has heard of that.',
  promise: 'who owns a partition can commit its offset',
  rules: {
    consumer: {
      judgeCommit: ({ claimed, current }) =>
        claimed === current ? errorCode.none : errorCode.staleMemberEpoch,
    },
  },
  unseen: {
    why: 'a commit that is refused so is repeated after the next heartbeat, and then taken',
    test: 'test/kafka/group/consumer/rules.test.ts',
  },
};
