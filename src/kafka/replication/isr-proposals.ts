/**
 * Proposals of ISR changes on their way to the controller: those of one event travel together, one
 * AlterPartition is in flight at a time, and what may or may not have been applied is sent again
 * until the controller has said what became of it. What an answer means for a partition is the
 * partition's business.
 */

import type { NodeId, Uuid } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { msToMicros } from '../../base/time.ts';
import type { Host } from '../../host/host.ts';
import type { Timer } from '../../host/timers.ts';
import { pass } from '../points.ts';
import { errorCode, errorName } from '../protocol/errors.ts';
import type {
  AlterPartitionAnswer,
  AlterPartitionRequestInput,
  ControllerLink,
} from './contract.ts';
import type { IsrProposal } from './leader-state.ts';
import type { Partition } from './partition.ts';

export interface IsrProposalsOptions {
  readonly host: Host;
  readonly node: NodeId;
  readonly brokerEpoch: () => number;
  readonly controller: ControllerLink;
  /** Behind the effects of an answer. */
  readonly afterAnswer: () => void;
}

const retryBackoffUs = msToMicros(50);

export class IsrProposals {
  readonly #options: IsrProposalsOptions;
  /** The newest proposal of each partition that is not in flight. */
  #waiting = new Map<Partition, IsrProposal>();
  #inFlight = false;
  #timer: Timer | null = null;
  #closed = false;

  constructor(options: IsrProposalsOptions) {
    this.#options = options;
  }

  propose(partition: Partition, proposal: IsrProposal): void {
    this.#waiting.set(partition, proposal);
    if (!this.#inFlight && this.#timer === null) this.#sendAfter(0);
  }

  forget(partition: Partition): void {
    this.#waiting.delete(partition);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = null;
    this.#waiting.clear();
  }

  #sendAfter(delayUs: number): void {
    if (this.#closed) return;
    this.#timer = this.#options.host.timers.after(delayUs, () => {
      this.#timer = null;
      this.#send();
    });
  }

  #send(): void {
    const sent = this.#waiting;
    this.#waiting = new Map();
    for (const [partition, proposal] of sent) {
      // One that metadata has overtaken would only be refused.
      if (partition.leader?.proposal !== proposal) sent.delete(partition);
    }
    if (sent.size === 0) return;
    const { brokerEpoch, controller, host, node } = this.#options;
    this.#inFlight = true;
    const request = requestOf(node, brokerEpoch(), sent);
    pass(host, 'isr-proposal-sent', () => {
      if (this.#closed) return;
      controller.alterPartition(request, (answer, failure) =>
        pass(host, 'isr-proposal-answered', () => {
          this.#inFlight = false;
          if (this.#closed) return;
          this.#onAnswer(sent, answer, failure);
          this.#options.afterAnswer();
        }),
      );
    });
  }

  #onAnswer(
    sent: ReadonlyMap<Partition, IsrProposal>,
    answer: AlterPartitionAnswer | null,
    failure: string | null,
  ): void {
    let isRetrying = false;
    if (answer === null || answer.errorCode !== errorCode.none) {
      const reason = answer === null ? failure : errorName(answer.errorCode);
      this.#options.host.log('debug', `AlterPartition failed: ${reason}`);
      for (const [partition, proposal] of sent)
        isRetrying = this.#again(partition, proposal) || isRetrying;
    } else {
      const answers = answersById(answer);
      for (const [partition, proposal] of sent) {
        const part = answers.get(partition.topicId)?.get(partition.index);
        if (part === undefined || partition.onProposalAnswer(proposal, part) === 'retry') {
          isRetrying = this.#again(partition, proposal) || isRetrying;
        }
      }
    }
    if (this.#waiting.size > 0 && this.#timer === null)
      this.#sendAfter(isRetrying ? retryBackoffUs : 0);
  }

  /** False where metadata has overtaken it meanwhile. */
  #again(partition: Partition, proposal: IsrProposal): boolean {
    if (partition.leader?.proposal !== proposal) return false;
    mark('proposal-retried');
    this.#waiting.set(partition, proposal);
    return true;
  }
}

type AnsweredPartition = AlterPartitionAnswer['topics'][number]['partitions'][number];

function answersById(answer: AlterPartitionAnswer): Map<Uuid, Map<number, AnsweredPartition>> {
  const byTopic = new Map<Uuid, Map<number, AnsweredPartition>>();
  for (const topic of answer.topics) {
    const byIndex = new Map(topic.partitions.map((part) => [part.partitionIndex, part]));
    byTopic.set(topic.topicId, byIndex);
  }
  return byTopic;
}

function requestOf(
  brokerId: NodeId,
  brokerEpoch: number,
  proposals: ReadonlyMap<Partition, IsrProposal>,
): AlterPartitionRequestInput {
  const byTopic = new Map<
    Uuid,
    AlterPartitionRequestInput['topics'][number]['partitions'][number][]
  >();
  for (const [partition, proposal] of proposals) {
    let partitions = byTopic.get(partition.topicId);
    if (partitions === undefined) {
      partitions = [];
      byTopic.set(partition.topicId, partitions);
    }
    partitions.push({
      partitionIndex: partition.index,
      leaderEpoch: proposal.leaderEpoch,
      newIsrWithEpochs: proposal.isr.map((node, at) => ({
        brokerId: node,
        brokerEpoch: proposal.brokerEpochs[at] ?? -1,
      })),
      // A leader has recovered by the time it proposes anything (KIP-704).
      leaderRecoveryState: 0,
      partitionEpoch: proposal.partitionEpoch,
    });
  }
  const topics = [...byTopic].map(([topicId, partitions]) => ({ topicId, partitions }));
  return { brokerId, brokerEpoch, topics };
}
