import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { except, merged } from '../../../../src/kafka/group/consumer/partitions.ts';
import {
  type ConsumerRules,
  kafkaConsumerRules,
} from '../../../../src/kafka/group/consumer/rules.ts';
import { errorCode } from '../../../../src/kafka/protocol/errors.ts';
import { play } from './dialogue.ts';

describe('a consumer group, whatever comes', () => {
  it('keeps what it promises', { timeout: 120_000 }, () => {
    const found = play({}, { numRuns: 250 });
    if (found.failed) {
      throw new Error(fc.defaultReportMessage(found), { cause: found.errorInstance });
    }
  });

  it('keeps it with members of the classic protocol too', { timeout: 120_000 }, () => {
    const found = play({}, { numRuns: 250 }, true);
    if (found.failed) {
      throw new Error(fc.defaultReportMessage(found), { cause: found.errorInstance });
    }
  });

  const wrong: [string, Partial<ConsumerRules>, RegExp][] = [
    [
      'a fenced member may not join at epoch 0 (KAFKA-19233)',
      {
        judgeEpoch: (question) =>
          question.claimed === 0 && question.current.epoch > 0
            ? errorCode.fencedMemberEpoch
            : kafkaConsumerRules.judgeEpoch(question),
      },
      /who joins is not asked for its epoch/,
    ],
    [
      'a member that says nothing has given up what it was to',
      {
        ownsRevoked: (owned, revoking) =>
          owned !== null && kafkaConsumerRules.ownsRevoked(owned, revoking),
      },
      /and the group knows it/,
    ],
    ['partitions go to the next before they are released', { isFree: () => true }, /two members/],
    [
      'a partition given back while it is being given up is forgotten (KAFKA-16147)',
      {
        released: (before, after) =>
          merged(
            kafkaConsumerRules.released(before, after),
            except(before.revoking, after.revoking),
          ),
      },
      /two members/,
    ],
    [
      'an empty group keeps its assignment epoch (KAFKA-20442)',
      { emptyAssignmentEpoch: (_, assignmentEpoch) => assignmentEpoch },
      /epochs of an empty group agree/,
    ],
    [
      'commits count in the current epoch alone (KAFKA-20066)',
      {
        judgeCommit: ({ claimed, current }) =>
          claimed === current ? errorCode.none : errorCode.staleMemberEpoch,
      },
      /may commit what it owns/,
    ],
    ['commits are not judged', { judgeCommit: () => errorCode.none }, /late commit/],
  ];
  it.each(wrong)('does not where %s', { timeout: 120_000 }, (_, rules, message) => {
    const found = play(rules, { numRuns: 600, endOnFailure: true });
    expect(String(found.errorInstance)).toMatch(message);
  });
});
