import { describe, expect, it } from 'vitest';
import type { GroupAdmin } from '../../../../src/kafka/client/admin/group-admin.ts';
import type { ClientError } from '../../../../src/kafka/client/errors.ts';
import { offsetCommitApi } from '../../../../src/kafka/protocol/apis/08-offset-commit.ts';
import { findCoordinatorApi } from '../../../../src/kafka/protocol/apis/10-find-coordinator.ts';
import { deleteGroupsApi } from '../../../../src/kafka/protocol/apis/42-delete-groups.ts';
import { errorCode } from '../../../../src/kafka/protocol/errors.ts';
import { isRequestOf } from '../../../../src/kafka/rpc/request.ts';
import { FakeCluster } from '../fake-cluster.ts';
import { FakeGroup } from '../group/fake-group.ts';

async function outcome(
  cluster: FakeCluster,
  act: (admin: GroupAdmin) => Promise<unknown>,
): Promise<unknown> {
  let result: unknown = 'pending';
  await cluster.client((client) => {
    act(client.groupAdmin()).then(
      (value) => (result = value ?? 'done'),
      (error: ClientError) => (result = `${error.outcome} ${error.kind} ${error.code}`),
    );
  });
  await cluster.runFor(70_000);
  return result;
}

/** DeleteGroups is answered with these codes in turn; null breaks the connection instead. */
function deleting(...codes: (number | null)[]): FakeCluster {
  const cluster = new FakeCluster();
  const group = new FakeGroup(cluster);
  cluster.intercept = (request, node) => {
    if (!isRequestOf(request, deleteGroupsApi)) return group.handle(request, node);
    const code = codes.shift() ?? null;
    if (code === null) request.disconnect();
    else request.respond({ results: [{ groupId: 'g', errorCode: code }] });
    return true;
  };
  return cluster;
}

const remove = (admin: GroupAdmin) => admin.deleteGroups(['g']);

describe('deleting a group', () => {
  it('is repeated while its coordinator loads, and fails with what will not pass', async () => {
    const loading = deleting(errorCode.coordinatorLoadInProgress, errorCode.notCoordinator, 0);
    expect(await outcome(loading, remove)).toBe('done');
    expect(loading.seen(findCoordinatorApi)).toHaveLength(3);
    expect(await outcome(deleting(errorCode.nonEmptyGroup), remove)).toBe('failed broker 68');
  });

  it('that is not there is an error, unless a lost answer may have been to this very call', async () => {
    expect(await outcome(deleting(errorCode.groupIdNotFound), remove)).toBe('failed broker 69');
    expect(await outcome(deleting(null, errorCode.groupIdNotFound), remove)).toBe('done');
  });

  it('may have happened when no answer ever came', async () => {
    expect(await outcome(deleting(), remove)).toMatch('unknown timeout');
  });
});

describe('offsets of a group', () => {
  it('are set by nobody in particular, and listed', async () => {
    const cluster = new FakeCluster();
    const group = new FakeGroup(cluster);
    cluster.intercept = (request, node) => {
      if (!isRequestOf(request, offsetCommitApi)) return group.handle(request, node);
      const { memberId, generationIdOrMemberEpoch } = request.body;
      expect([memberId, generationIdOrMemberEpoch]).toEqual(['', -1]);
      group.offsets.set('t:1', 5);
      request.respond({
        topics: [{ name: 't', partitions: [{ partitionIndex: 1, errorCode: 0 }] }],
      });
      return true;
    };
    const partitions = [{ topic: 't', partition: 1 }];
    const found = await outcome(cluster, async (admin) => {
      await admin.alterConsumerGroupOffsets('g', [{ topic: 't', partition: 1, offset: 5 }]);
      return admin.listConsumerGroupOffsets('g', partitions);
    });
    expect(found).toEqual([{ topic: 't', partition: 1, offset: 5, leaderEpoch: -1, metadata: '' }]);
  });
});
