/** Other replicas for partitions (KIP-455), as an admin asks for them and for what is under way. */
import type { NodeId } from '../../../base/ids.ts';
import { alterPartitionReassignmentsApi } from '../../protocol/apis/45-alter-partition-reassignments.ts';
import { listPartitionReassignmentsApi } from '../../protocol/apis/46-list-partition-reassignments.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { Endpoint } from '../connect/connection-pool.ts';
import type { AdminCall } from './admin-call.ts';
import { eachNamed } from './each-named.ts';

/** A partition, and the replicas that it shall have; null: those from before a change under way. */
export interface WantedReplicas {
  readonly partition: number;
  readonly replicas: readonly NodeId[] | null;
}

/** A partition that is changing its replicas: those of before and after. */
export interface Reassignment {
  readonly topic: string;
  readonly partition: number;
  readonly replicas: readonly NodeId[];
  readonly adding: readonly NodeId[];
  readonly removing: readonly NodeId[];
}

export function alterReassignments(
  call: AdminCall,
  topic: string,
  wanted: readonly WantedReplicas[],
): Promise<void> {
  const things = wanted.map((each) => ({ ...each, name: String(each.partition) }));
  const doneBefore = errorCode.noReassignmentInProgress;
  return eachNamed(call, things, `${topic}, partition`, doneBefore, async (remaining) => {
    const partitions = remaining.map(({ partition, replicas }) => ({
      partitionIndex: partition,
      replicas,
    }));
    const body = { timeoutMs: call.leftMs, topics: [{ name: topic, partitions }] };
    const { response } = await call.ask(alterPartitionReassignmentsApi, body);
    if (response === null) return null;
    const { errorCode: code, errorMessage, responses } = response;
    if (code !== errorCode.none)
      return things.map(({ name }) => ({ name, errorCode: code, errorMessage }));
    return responses.flatMap((each) =>
      each.partitions.map((part) => ({ ...part, name: String(part.partitionIndex) })),
    );
  });
}

/** By the word of one broker, which may be behind. */
export async function listReassignments(call: AdminCall, from?: Endpoint): Promise<Reassignment[]> {
  for (;;) {
    const { response } = await call.ask(listPartitionReassignmentsApi, { topics: null }, from);
    if (response !== null && response.errorCode === errorCode.none) {
      return response.topics.flatMap(({ name: topic, partitions }) =>
        partitions.map(
          ({ partitionIndex: partition, replicas, addingReplicas, removingReplicas }) => {
            return {
              topic,
              partition,
              replicas,
              adding: addingReplicas,
              removing: removingReplicas,
            };
          },
        ),
      );
    }
    if (response !== null) call.lastCode = response.errorCode;
    await call.pause();
  }
}
