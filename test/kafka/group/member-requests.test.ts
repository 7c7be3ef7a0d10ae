import { expect, it } from 'vitest';
import { joinGroupApi } from '../../../src/kafka/protocol/apis/11-join-group.ts';
import { heartbeatApi } from '../../../src/kafka/protocol/apis/12-heartbeat.ts';
import { leaveGroupApi } from '../../../src/kafka/protocol/apis/13-leave-group.ts';
import { syncGroupApi } from '../../../src/kafka/protocol/apis/14-sync-group.ts';
import { errorCode, errorName } from '../../../src/kafka/protocol/errors.ts';
import { GroupCluster } from './cluster.ts';
import { Member } from './member.ts';

it('a sync says what protocol it takes the group’s to be (KIP-559)', async () => {
  const cluster = await GroupCluster.started();
  const node = await cluster.coordinatorOf('g');
  await cluster.run(2);
  const member = new Member(cluster, 'g', 'one');
  await member.joined(await member.join(node));
  const sync = async (
    version: number,
    protocolType: string | null,
    protocolName: string | null,
  ) => {
    const { memberId, generation: generationId } = member;
    const claim = { groupId: 'g', memberId, generationId, assignments: [] };
    const body = { ...claim, protocolType, protocolName };
    return errorName((await cluster.call(node, syncGroupApi, version, body)).errorCode);
  };
  expect(await sync(5, null, null)).toBe('INCONSISTENT_GROUP_PROTOCOL');
  expect(await sync(5, 'consumer', null)).toBe('INCONSISTENT_GROUP_PROTOCOL');
  expect(await sync(5, 'consumer', 'sticky')).toBe('INCONSISTENT_GROUP_PROTOCOL');
  expect(await sync(4, null, null)).toBe('NONE');
  expect(await sync(5, 'consumer', 'range')).toBe('NONE');
});

it('a member lives on while its coordinator loads, and is judged when that has', async () => {
  const wait = { name: 'offsets-loaded', perMille: 1000, minUs: 5_000_000, maxUs: 5_000_000 };
  const cluster = await GroupCluster.started({ points: [wait] });
  const node = await cluster.coordinatorOf('g');
  const member = new Member(cluster, 'g', 'one');
  const heartbeat = async () => errorName((await member.heartbeat(node)) ?? -1);
  const body = { groupId: 'g', memberId: 'm', generationId: 1 };
  const sync = await cluster.call(node, syncGroupApi, 4, { ...body, assignments: [] });
  expect(sync.errorCode).toBe(errorCode.coordinatorLoadInProgress);
  expect(await heartbeat()).toBe('NONE');
  await cluster.run(10);
  expect(await heartbeat()).toBe('UNKNOWN_MEMBER_ID');
  const unnamed = await cluster.call(node, heartbeatApi, 4, { ...body, groupId: '' });
  expect(unnamed.errorCode).toBe(errorCode.invalidGroupId);
});

it('each member that leaves a group that nobody knows is told so', async () => {
  const cluster = await GroupCluster.started();
  const node = await cluster.coordinatorOf('g');
  await cluster.run(2);
  const members = [{ memberId: 'm' }, { memberId: 'n', groupInstanceId: 'i' }];
  const left = await cluster.call(node, leaveGroupApi, 5, { groupId: 'g', members });
  expect(left).toMatchObject({
    errorCode: errorCode.none,
    members: members.map((member) => ({ ...member, errorCode: errorCode.unknownMemberId })),
  });
  const old = { groupId: 'g', memberId: 'm' };
  const leftOld = await cluster.call(node, leaveGroupApi, 2, old);
  expect(leftOld.errorCode).toBe(errorCode.unknownMemberId);
});

it('a join of an old version is told no null', async () => {
  const cluster = await GroupCluster.started();
  const node = await cluster.coordinatorOf('g');
  await cluster.run(2);
  for (const version of [0, 3, 6, 9]) {
    const answer = await cluster.call(node, joinGroupApi, version, {
      groupId: 'g',
      sessionTimeoutMs: 1,
      rebalanceTimeoutMs: 1,
      memberId: '',
      protocolType: 'consumer',
      protocols: [],
    });
    expect(answer.errorCode).toBe(errorCode.invalidSessionTimeout);
    expect(answer.protocolName).toBe(version < 7 ? '' : null);
  }
});
