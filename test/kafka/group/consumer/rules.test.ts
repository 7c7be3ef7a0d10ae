import { describe, expect, it } from 'vitest';
import { nothingHeld } from '../../../../src/kafka/group/consumer/partitions.ts';
import { kafkaConsumerRules } from '../../../../src/kafka/group/consumer/rules.ts';
import { errorCode } from '../../../../src/kafka/protocol/errors.ts';
import { wrongRulesOf } from '../../../trial/museum/wrong-rules-of.ts';

const held = (...partitions: number[]) =>
  partitions.length === 0
    ? nothingHeld
    : new Map([['dG9waWMtb3JkZXJzLS0wMQ', new Map(partitions.map((each) => [each, 3]))]]);

describe('the rules of consumer groups', () => {
  it('KAFKA-20442: an empty group has assigned all that there is to assign', () => {
    const wrong = wrongRulesOf('KAFKA-20442', 'consumer');
    expect(kafkaConsumerRules.emptyAssignmentEpoch(5, 4)).toBe(5);
    expect(wrong.emptyAssignmentEpoch?.(5, 4)).toBe(4);
  });

  it('KAFKA-20066: a member whose epoch is being raised may commit what it has held', () => {
    const wrong = wrongRulesOf('KAFKA-20066', 'consumer');
    const question = { claimed: 4, current: 5, since: [3] };
    expect(kafkaConsumerRules.judgeCommit(question)).toBe(errorCode.none);
    expect(wrong.judgeCommit?.(question)).toBe(errorCode.staleMemberEpoch);
    expect(kafkaConsumerRules.judgeCommit({ ...question, since: [5] })).not.toBe(errorCode.none);
  });

  it('KAFKA-16147: what is given back was held all along', () => {
    const wrong = wrongRulesOf('KAFKA-16147', 'consumer');
    const common = { epoch: 5, previousEpoch: 4 } as const;
    const before = { ...common, state: 'unrevoked', assigned: held(), revoking: held(1) } as const;
    const after = { ...common, state: 'stable', assigned: held(1), revoking: held() } as const;
    expect(kafkaConsumerRules.released(before, after)).toEqual(nothingHeld);
    expect(wrong.released?.(before, after)).toEqual(held(1));
  });
});
