/** All that waits for something to happen to one partition. */
import type { Offset } from '../../base/ids.ts';
import { errorCode } from '../protocol/errors.ts';
import { FetchWatchers } from './delayed-fetch.ts';
import type { ProduceWaiter } from './delayed-produce.ts';
import { OffsetWaitList } from './wait-list.ts';

export class PartitionWaiters {
  /** Followers' fetches, which read up to the log's end. */
  readonly logEnd = new FetchWatchers();
  /** Consumers' fetches, which read up to the high watermark. */
  readonly highWatermark = new FetchWatchers();
  /** Produces with acks=all: for the high watermark to pass what they wrote. */
  readonly commits = new OffsetWaitList<ProduceWaiter>();
  /** Produces with acks=1: for this replica's own flush, where the topic asks for one. */
  readonly flushes = new OffsetWaitList<ProduceWaiter>();

  /** `code` answers the produces that are passed. */
  onHighWatermark(highWatermark: Offset, code: number): void {
    release(this.commits, highWatermark, code);
    this.highWatermark.wake(highWatermark);
  }

  onFlushed(end: Offset): void {
    release(this.flushes, end, errorCode.none);
  }

  /** The role changed: every fetch is answered with what there is to say now. */
  wakeFetches(): void {
    this.logEnd.wakeAll();
    this.highWatermark.wakeAll();
  }

  /**
   * Leadership is gone or the replica is: nobody waits here any more. With acks=1 clients take
   * NOT_LEADER_OR_FOLLOWER for a refusal before the append, and these are appended.
   */
  drop(): void {
    release(this.commits, Number.POSITIVE_INFINITY, errorCode.notLeaderOrFollower);
    release(this.flushes, Number.POSITIVE_INFINITY, errorCode.requestTimedOut);
    this.wakeFetches();
  }
}

function release(list: OffsetWaitList<ProduceWaiter>, reached: Offset, code: number): void {
  for (;;) {
    const waiter = list.take(reached);
    if (waiter === null) return;
    waiter.operation.settle(waiter, code);
  }
}
