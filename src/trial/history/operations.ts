/**
 * Operations beside sends and polls: what administrators changed and read, where consumers went,
 * what producers did with themselves. Each is recorded when it is invoked, and completed as ok,
 * fail (certainly did not happen) or info (unknown).
 */
import { assert } from '../../base/assert.ts';
import type { Micros, NodeId, Uuid } from '../../base/ids.ts';
import type { Outcome } from './outcome.ts';

/** What an administrative operation changes, where it does. */
export type Change =
  | {
      readonly does: 'create';
      readonly topic: string;
      readonly partitions: number;
      readonly configs: Readonly<Record<string, string>>;
    }
  /** That topic, and none that has its name later. */
  | { readonly does: 'delete'; readonly topic: string; readonly topicId: Uuid }
  | { readonly does: 'grow'; readonly topic: string; readonly partitions: number }
  /** Null: the replicas from before a change under way. */
  | {
      readonly does: 'reassign';
      readonly topic: string;
      readonly partition: number;
      readonly replicas: readonly NodeId[] | null;
    }
  /** Null takes a value away. */
  | {
      readonly does: 'configure';
      readonly resource: 'topic' | 'broker';
      readonly name: string;
      readonly configs: Readonly<Record<string, string | null>>;
    };

/** Facts for reports, as plain data. */
export type Facts = Readonly<Record<string, unknown>>;

export interface Operation {
  readonly id: number;
  /** The activity's kind, `create-topic`. */
  readonly kind: string;
  /** The client's machine, `a1`. */
  readonly by: string;
  readonly about: Facts;
  readonly change: Change | null;
  readonly invokedUs: Micros;
  completedUs: Micros;
  outcome: Outcome;
  /** What it asked for may be done once more later, by an attempt that got no answer. */
  doubtful: boolean;
  error: string | null;
  result: Facts | null;
}

export class Operations {
  readonly all: Operation[] = [];
  #open = 0;

  /** How many have not completed. */
  get open(): number {
    return this.#open;
  }

  invoke(from: Pick<Operation, 'kind' | 'by' | 'about' | 'change' | 'invokedUs'>): Operation {
    const operation: Operation = {
      id: this.all.length,
      ...from,
      completedUs: -1,
      outcome: 'pending',
      doubtful: false,
      error: null,
      result: null,
    };
    this.all.push(operation);
    this.#open++;
    return operation;
  }

  complete(
    operation: Operation,
    outcome: Exclude<Outcome, 'pending'>,
    atUs: Micros,
    { error = null, result = null }: { error?: string | null; result?: Facts | null } = {},
  ): void {
    assert(operation.outcome === 'pending', 'an operation completes once');
    this.#open--;
    operation.outcome = outcome;
    operation.completedUs = atUs;
    operation.error = error;
    operation.result = result;
  }

  /** The client's process ended before it was told of these: nobody knows. */
  abandon(by: string, atUs: Micros): void {
    for (const operation of this.all) {
      if (operation.outcome !== 'pending' || operation.by !== by) continue;
      this.complete(operation, 'info', atUs, { error: 'its client died' });
    }
  }
}

/** What one broker tells of the cluster, read through the wire. */
export interface BrokerView {
  readonly broker: NodeId;
  /** `final`: after healing, when all administration was over. */
  readonly phase: 'workload' | 'final';
  readonly atUs: Micros;
  /** By Metadata, and by DescribeTopicPartitions. */
  readonly topics: readonly TopicView[];
  readonly described: readonly TopicView[];
  /**
   * The replicas of `orders-0`: those that it has or, by ListPartitionReassignments, is to have.
   */
  readonly replicas: Readonly<Record<string, readonly NodeId[]>>;
  /** What each topic and broker has of its own, by DescribeConfigs. */
  readonly configs: readonly {
    readonly resource: 'topic' | 'broker';
    readonly name: string;
    readonly values: Readonly<Record<string, string>>;
  }[];
  /** By DescribeCluster. */
  readonly brokers: readonly NodeId[];
}

export interface TopicView {
  readonly name: string;
  readonly id: Uuid;
  readonly partitions: number;
}
