/** Exhibits of the quorum: what is durable, what may be exposed, who may depose whom. */
import { kafkaRaftRules } from '../../kafka/raft/rules.ts';
import { type Exhibit, together } from './exhibit.ts';

export const kafka10533: Exhibit = {
  id: 'KAFKA-10533',
  until: '2.8',
  sentence: 'Voters acknowledge what they have not flushed.',
  promise: 'committed metadata outlives a loss of power',
  rules: { raft: { countsOnlyFlushed: () => false } },
};

export const kafka12619: Exhibit = {
  id: 'KAFKA-12619',
  until: '2.8',
  sentence: 'A leader exposes a high watermark before a record of its own epoch is committed.',
  promise: 'the high watermark of the quorum never falls',
  rules: { raft: { mayExpose: () => true } },
};

export const kafka12460: Exhibit = {
  id: 'KAFKA-12460',
  until: '3.0',
  sentence: 'A follower cuts the metadata log below its high watermark when it is told to.',
  promise: 'committed metadata stays',
  rules: { raft: { mayTruncate: () => true } },
  coveredBy: 'vote-for-any-log',
  unseen: {
    why: 'no leader of a correct quorum ever asks for it: the rule guards against another that is wrong',
    test: 'test/kafka/raft/rules.test.ts',
  },
};

export const kafka15489: Exhibit = {
  id: 'KAFKA-15489',
  until: '3.7',
  sentence: 'A leader that is cut off from the majority never resigns.',
  promise: 'a controller that cannot commit makes way',
  rules: { raft: { checkQuorumTimeoutUs: () => null } },
};

export const kip996: Exhibit = {
  id: 'KIP-996',
  until: '4.0',
  sentence: 'An isolated voter raises its epoch alone and deposes a healthy leader on its return.',
  promise: 'a healthy controller stays',
  rules: { raft: { electionBeginsAs: () => 'candidate' } },
};

export const forgottenVote: Exhibit = {
  id: 'forgotten-vote',
  until: 'made for the museum',
  sentence: 'A voter does not keep its vote over a restart.',
  promise: 'one leader in an epoch',
  rules: { raft: { durable: (election) => ({ ...election, votedKey: null }) } },
};

export const kip853: Exhibit = {
  id: 'KIP-853',
  until: '3.9',
  sentence: 'A voter with a replaced disk counts as the one that it was.',
  promise: 'committed metadata stays',
  rules: { raft: { isSameReplica: () => true } },
};

export const voteForAnyLog: Exhibit = {
  id: 'vote-for-any-log',
  until: 'made for the museum',
  sentence: 'A voter votes for a candidate whose log lacks what its own has.',
  promise: 'committed metadata stays',
  rules: {
    raft: {
      grantsVote: (question) => kafkaRaftRules.grantsVote({ ...question, isUpToDate: true }),
    },
  },
};

/** With leaders that lack what was committed, what was a halt becomes a silent loss. */
export const kafka12460Together: Exhibit = together(
  {
    id: 'KAFKA-12460-any-leader',
    until: '3.0',
    sentence:
      'Voters elect a leader that lacks what was committed, and the others cut that when it tells ' +
      'them to.',
    promise: 'committed metadata stays',
  },
  [kafka12460, voteForAnyLog],
);

export const natsCutLog: Exhibit = {
  id: 'NATS-cut-log',
  until: 'NATS',
  sentence: 'A voter whose log was cut on disk starts and votes as if nothing were missing.',
  promise: 'committed metadata stays',
  rules: { raft: { hasWhatItVouchedFor: () => true } },
};
