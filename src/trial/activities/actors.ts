/** Who carries out activities, as their kinds see them: each on its own machine. */
import type { Micros, Uuid, WallMs } from '../../base/ids.ts';
import type { Address } from '../../host/network.ts';
import type { Timers } from '../../host/timers.ts';
import type { Admin, AdminOptions } from '../../kafka/client/admin/admin.ts';
import type { GroupAdmin } from '../../kafka/client/admin/group-admin.ts';
import type { SeekTarget } from '../../kafka/client/consume/consumer-types.ts';
import type { GroupProtocol } from '../groups/group.ts';
import type { History } from '../history/history.ts';
import type { Change, Facts } from '../history/operations.ts';
import type { TopicDirectory } from './topic-directory.ts';

export type Role = 'administrator' | 'producer' | 'consumer' | 'member';

/** An operation to be recorded from its invocation to its end. */
export interface Recorded {
  readonly kind: string;
  readonly about: Facts;
  readonly change?: Change | null;
  /** Errors that an earlier attempt of the same call may have caused: they leave it unknown. */
  readonly doneBefore?: readonly number[];
}

interface Actor {
  /** Its machine's name. */
  readonly name: string;
  readonly history: History;
  readonly now: () => Micros;
  readonly timers: Timers;
  /** Its own wall clock, as it stamps records. */
  readonly wallMs: () => WallMs;
  readonly admin: Admin;
  /**
   * Records an operation; true when it is certain that it was done. Never rejects: what went wrong
   * stands in the history.
   */
  perform(
    what: Recorded,
    work: (options: AdminOptions) => Promise<Facts> | Promise<void>,
  ): Promise<boolean>;
}

export interface AdministratorActor extends Actor {
  readonly directory: TopicDirectory;
  readonly groupAdmin: GroupAdmin;
  readonly brokers: readonly { readonly id: number; readonly address: Address }[];
  /** The id of a topic as the cluster tells it now; null where it tells none. */
  topicId(name: string): Promise<Uuid | null>;
  wait(ms: number): Promise<void>;
}

export interface ConsumerActor extends Actor {
  /** What it reads, as far as it has heard. */
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[];
  /** Where it stands; null where it does not read the partition or does not know yet. */
  position(topic: string, partition: number): number | null;
  seek(topic: string, partition: number, target: SeekTarget): void;
  pause(topic: string, partition: number): void;
  resume(topic: string, partition: number): void;
  /** Closes its consumer; `begin` opens another, which reads from its beginning. */
  end(): void;
  begin(): void;
}

export interface ProducerActor extends Actor {
  /** Nothing is sent at the steady rate, until as many `loud` as `silent`. */
  silent(): void;
  loud(): void;
  /** Sends now, beside the steady rate; of that size, or of the workload's. */
  send(recordBytes: number | null): void;
  /** Delivers what it holds, and goes on with another producer id. */
  renew(): void;
}

export interface MemberActor extends Actor {
  /** The name of its group. */
  readonly group: string;
  /** Done when its consumer has closed. */
  leave(): Promise<void>;
  /** With another consumer, unless it has one; of this protocol from now on. */
  join(protocol?: GroupProtocol): void;
  subscribe(selection: {
    readonly topics: readonly string[];
    readonly pattern: string | null;
  }): void;
  /** Its application takes so long for the records that it is handed next. */
  stall(ms: number): void;
}

export interface Actors {
  readonly administrator: AdministratorActor;
  readonly producer: ProducerActor;
  readonly consumer: ConsumerActor;
  readonly member: MemberActor;
}
