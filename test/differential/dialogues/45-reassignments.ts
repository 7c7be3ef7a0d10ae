/** AlterPartitionReassignments, ListPartitionReassignments. */
import {
  type AlterPartitionReassignmentsRequest,
  alterPartitionReassignmentsApi,
} from '../../../src/kafka/protocol/apis/45-alter-partition-reassignments.ts';
import { listPartitionReassignmentsApi } from '../../../src/kafka/protocol/apis/46-list-partition-reassignments.ts';
import { Group, versionsOf } from '../dialogue.ts';

type Partitions = AlterPartitionReassignmentsRequest['topics'][number]['partitions'];

/** What a partition of replicas 1 and 2 is asked to have. */
const wanted: readonly (readonly [what: string, replicas: number[] | null])[] = [
  ['the same', [1, 2]],
  ['another order', [2, 1]],
  ['one less', [1]],
  ['without its leader', [2]],
  ['one more', [1, 2, 3]],
  ['another', [1, 3]],
  ['another in front', [3, 1]],
  ['others', [3]],
  ['nobody', []],
  ['one node twice', [1, 1]],
  ['an unknown node', [1, 9]],
  ['node −1', [1, -1]],
  ['nothing taken back', null],
];

export function reassignments(): Group {
  const g = new Group('AlterPartitionReassignments, ListPartitionReassignments');
  for (const v of versionsOf(alterPartitionReassignmentsApi)) {
    let index = 0;
    const topic = (): string =>
      g.topic(`re-${v}-${index++}`, { partitions: 1, replicas: [1, 2] }).name;
    const asks = (what: string, partitions: Partitions, rest: object = {}, name = topic()): void =>
      g.ask(alterPartitionReassignmentsApi, v, what, {
        topics: [{ name, partitions }],
        ...rest,
      });
    for (const [what, replicas] of wanted) asks(what, [{ partitionIndex: 0, replicas }]);
    if (v >= 1) {
      for (const [what, replicas] of wanted) {
        asks(`${what}, as many as before`, [{ partitionIndex: 0, replicas }], {
          allowReplicationFactorChange: false,
        });
      }
    }
    asks('an unknown partition', [{ partitionIndex: 5, replicas: [1, 2] }]);
    asks('partition −1', [{ partitionIndex: -1, replicas: [1, 2] }]);
    asks('an unknown topic', [{ partitionIndex: 0, replicas: [1, 2] }], {}, 're-none');
    asks('no partitions', []);
    g.ask(alterPartitionReassignmentsApi, v, 'no topics', { topics: [] });
    asks('one partition twice', [
      { partitionIndex: 0, replicas: [2, 1] },
      { partitionIndex: 0, replicas: [1, 2] },
    ]);
  }
  for (const v of versionsOf(listPartitionReassignmentsApi)) {
    const { name } = g.topic(`rl-${v}`, { partitions: 1, replicas: [1, 2] });
    const lists = (what: string, topic: string, partitionIndexes: readonly number[]): void =>
      g.ask(listPartitionReassignmentsApi, v, what, {
        topics: [{ name: topic, partitionIndexes: [...partitionIndexes] }],
      });
    lists('at rest', name, [0]);
    lists('an unknown partition', name, [7]);
    lists('no partitions', name, []);
    lists('an unknown topic', 'rl-none', [0]);
    g.ask(listPartitionReassignmentsApi, v, 'no topics', { topics: [] });
  }
  return g;
}
