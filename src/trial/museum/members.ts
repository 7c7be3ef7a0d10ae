/** Exhibits of members of groups: what they claim, commit, give up, and how they go. */
import type { Exhibit } from './exhibit.ts';

const readsAll = 'a group reads every record, and again only what was not committed';

export const kafka13419: Exhibit = {
  id: 'KAFKA-13419',
  until: '3.2',
  sentence: 'A member that missed its assignment claims what it owned as of the newest generation.',
  promise: 'a partition has one owner in a group',
  rules: { client: { claimedGeneration: ({ joined }) => joined } },
};

export const kafka14639: Exhibit = {
  id: 'KAFKA-14639',
  until: '3.5',
  sentence: 'A cooperative assignor gives a partition at once that another has not given up.',
  promise: 'a partition has one owner in a group',
  rules: { client: { mayTakeOverAtOnce: () => true } },
};

export const kafka16198: Exhibit = {
  id: 'KAFKA-16198',
  until: '3.8',
  sentence: 'A member that does not know a topic yet gives up what it keeps of the others.',
  promise: 'a partition moves only when it must',
  rules: { client: { revokesWhileWaitingForMetadata: () => true } },
  unseen: {
    why: 'what is given up needlessly is taken again, and nothing is lost by it',
    test: 'test/kafka/client/group/consumer-membership.test.ts',
  },
};

export const kafka19233Client: Exhibit = {
  id: 'KAFKA-19233-client',
  until: '4.1',
  sentence: 'A member that was fenced joins again with the epoch that it was fenced in.',
  promise: 'whoever subscribes gets its share',
  rules: { client: { epochAfterFencing: (epoch) => epoch } },
};

export const kafka14196: Exhibit = {
  id: 'KAFKA-14196',
  until: '3.3',
  sentence: 'A partition is read on while the commit before its revocation is under way.',
  promise: readsAll,
  rules: { client: { readsWhileRevoking: () => true } },
};

export const kafka2942: Exhibit = {
  id: 'KAFKA-2942',
  until: '0.10',
  sentence: 'What was fetched ahead is committed, though the application was never given it.',
  promise: readsAll,
  rules: { client: { committable: ({ fetched }) => fetched } },
};

export const kafka17734: Exhibit = {
  id: 'KAFKA-17734',
  until: '4.0',
  sentence: 'A close waits for a coordinator that does not answer, as long as that takes.',
  promise: 'a close is back within its time',
  rules: { client: { closeIsBounded: () => false } },
};

export const sessionFromAnswer: Exhibit = {
  id: 'session-from-answer',
  until: 'made for the museum',
  sentence: 'A member counts its session from the answer to a heartbeat, not from the heartbeat.',
  promise: 'a partition has one owner in a group',
  rules: { client: { sessionStart: ({ answeredUs }) => answeredUs } },
  unseen: {
    why: 'it believes for as long as an answer travels; that it owns something then is excused',
    test: 'test/kafka/client/group/classic-membership.test.ts',
  },
};
