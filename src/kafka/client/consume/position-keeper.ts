/**
 * Finds positions (ListOffsets) and proves them after a change of leader (OffsetForLeaderEpoch,
 * KIP-320).
 */

import type { LeaderEpoch, Offset } from '../../../base/ids.ts';
import { mark } from '../../../base/mark.ts';
import { errorCode, isRetriable } from '../../protocol/errors.ts';
import { ClientError } from '../errors.ts';
import type { BrokerInfo } from '../metadata/metadata-cache.ts';
import type { AssignedPartition } from './assigned-partition.ts';
import { divergence, resetByPolicy, timestampOf } from './consumer-position.ts';
import type { ConsumerParts } from './fetch-handler.ts';
import { epochEnds, listOffsets, type OffsetAnswer } from './offset-queries.ts';

interface Asked {
  readonly partition: AssignedPartition;
  readonly generation: number;
  readonly leaderEpoch: LeaderEpoch;
}

export class PositionKeeper {
  readonly #parts: ConsumerParts;

  constructor(parts: ConsumerParts) {
    this.#parts = parts;
  }

  /**
   * Under a leader epoch that is news, what was read has to be validated, if its epoch is known.
   */
  meetLeader(partition: AssignedPartition, leaderEpoch: LeaderEpoch): void {
    if (leaderEpoch === partition.validatedEpoch) return;
    if (partition.phase === 'reset') partition.validatedEpoch = leaderEpoch;
    else if (partition.positionEpoch >= 0 && leaderEpoch >= 0) partition.phase = 'validate';
    else if (partition.phase === 'reading') partition.validatedEpoch = leaderEpoch;
  }

  lookUp(leader: BrokerInfo, partitions: readonly AssignedPartition[]): void {
    const { client, settings } = this.#parts;
    const asked = partitions.map((partition) => this.#ask(partition));
    const queries = asked.map(({ partition, leaderEpoch }) => ({
      topic: partition.topic,
      partition: partition.index,
      currentLeaderEpoch: leaderEpoch,
      timestamp: timestampOf(partition.reset.target),
    }));
    listOffsets(client, leader, queries, settings.readCommitted, (answers) =>
      this.#answered(asked, answers, (partition, answer) => this.#found(partition, answer)),
    );
  }

  validate(leader: BrokerInfo, partitions: readonly AssignedPartition[]): void {
    const asked = partitions.map((partition) => this.#ask(partition));
    const queries = asked.map(({ partition, leaderEpoch }) => ({
      topic: partition.topic,
      partition: partition.index,
      currentLeaderEpoch: leaderEpoch,
      epoch: partition.positionEpoch,
    }));
    epochEnds(this.#parts.client, leader, queries, (answers) =>
      this.#answered(asked, answers, (partition, answer, leaderEpoch) =>
        this.#validated(partition, answer, leaderEpoch),
      ),
    );
  }

  #ask(partition: AssignedPartition): Asked {
    const { cache } = this.#parts.client;
    const leaderEpoch = cache.partition(partition.topic, partition.index)?.leaderEpoch ?? -1;
    partition.busy = true;
    partition.busyEpoch = leaderEpoch;
    return { partition, generation: partition.generation, leaderEpoch };
  }

  #answered(
    asked: readonly Asked[],
    answers: readonly OffsetAnswer[] | null,
    take: (partition: AssignedPartition, answer: OffsetAnswer, leaderEpoch: LeaderEpoch) => void,
  ): void {
    if (!this.#parts.isOpen()) return;
    asked.forEach(({ partition, generation, leaderEpoch }, at) => {
      if (partition.generation !== generation) return;
      partition.busy = false;
      const answer = answers?.[at];
      if (answer !== undefined && answer.errorCode === errorCode.none) {
        partition.succeeded();
        take(partition, answer, leaderEpoch);
      } else {
        this.#refused(partition, answer?.errorCode ?? errorCode.networkException);
      }
    });
    this.#parts.pump();
  }

  #refused(partition: AssignedPartition, code: number): void {
    const { client, fail, retryLater } = this.#parts;
    if (isRetriable(code) || code === errorCode.unknownServerError) {
      client.updater.request();
      retryLater(partition);
      return;
    }
    const text = `no position for ${partition.topic}-${partition.index}`;
    const kind = code === errorCode.unsupportedVersion ? 'unsupported-version' : 'broker';
    fail(partition, new ClientError(kind, text, 'failed', code));
  }

  #found(partition: AssignedPartition, answer: OffsetAnswer): void {
    const { target, reason } = partition.reset;
    if (answer.offset < 0) {
      // No record is so young: read on from the end.
      if (target !== 'latest') partition.lookUp({ target: 'latest', reason });
      else this.#refused(partition, errorCode.offsetNotAvailable);
      return;
    }
    const from = partition.position;
    partition.moveTo(answer.offset, answer.leaderEpoch);
    if (reason !== null) this.#report(partition, reason, from);
  }

  #validated(partition: AssignedPartition, answer: OffsetAnswer, leaderEpoch: LeaderEpoch): void {
    const diverged = divergence(partition.fetchOffset, answer);
    if (diverged === null) {
      mark('position-validated');
      partition.phase = 'reading';
      partition.validatedEpoch = leaderEpoch;
    } else {
      this.#truncated(partition, diverged, answer, leaderEpoch);
    }
  }

  #truncated(
    partition: AssignedPartition,
    divergentOffset: Offset,
    answer: OffsetAnswer,
    leaderEpoch: LeaderEpoch,
  ): void {
    const { settings, options, fail } = this.#parts;
    const { topic, index, position, positionEpoch } = partition;
    mark('consumer-truncated');
    options.onTruncation?.({ topic, partition: index, position, positionEpoch, divergentOffset });
    const reset = resetByPolicy(settings, 'truncated');
    if (reset === null) {
      const text = `the log of ${topic}-${index} was truncated below offset ${position}`;
      fail(partition, new ClientError('log-truncated', text));
    } else if (divergentOffset < 0) {
      partition.lookUp(reset);
    } else {
      // What is left of the log agrees with what was read: go on where it parts, or where the
      // reader stood.
      partition.moveTo(Math.min(position, divergentOffset), answer.leaderEpoch);
      partition.validatedEpoch = leaderEpoch;
      if (partition.position !== position) this.#report(partition, 'truncated', position);
    }
  }

  #report(partition: AssignedPartition, reason: 'out-of-range' | 'truncated', from: Offset): void {
    const { topic, index, position } = partition;
    this.#parts.options.onReset?.({ topic, partition: index, reason, from, to: position });
  }
}
