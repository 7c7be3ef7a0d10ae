/** Consumer groups of a workload: who is in them, and how their applications process and commit. */
import * as z from 'zod';
import { assignorNames } from '../../kafka/client/group/assign/assignors.ts';

/** What one member waits for. */
const hourMs = 3_600_000;
export const mostMembers = 16;

export const protocols = ['classic', 'consumer'] as const;
export type GroupProtocol = (typeof protocols)[number];

export const groupSchema = z.strictObject({
  /** The `group.id`. */
  name: z.string().regex(/^[a-zA-Z0-9._-]{1,100}$/),
  /** Each on a machine of its own, `m1`, `m2`, …, counted through all groups. */
  members: z.int().min(1).max(mostMembers).default(3),
  /** `group.protocol`: classic, or KIP-848. */
  protocol: z.enum(protocols).default('classic'),
  /** Classic: by preference. */
  assignors: z.array(z.enum(assignorNames)).min(1).max(4).default(['range', 'cooperative-sticky']),
  /** KIP-848; the coordinator chooses where it is not given. */
  remoteAssignor: z.enum(['uniform', 'range']).optional(),
  /** Members have a `group.instance.id`: a process that returns is the same member (KIP-345). */
  static: z.boolean().default(false),
  /** What its members subscribe to; all topics of the scenario where neither is given. */
  topics: z
    .array(z.string().regex(/^[a-zA-Z0-9._-]{1,249}$/))
    .min(1)
    .max(20)
    .optional(),
  pattern: z.string().min(1).max(200).optional(),
  /**
   * When a member commits: what it has processed (`after`), what it is about to process (`before`),
   * or by time what it was handed before its last poll (`auto`: `enable.auto.commit`).
   */
  commits: z.enum(['after', 'auto', 'before']).default('after'),
  /** With `after` and `auto` no more often than this; 0: after every poll. */
  commitEveryMs: z.int().min(0).max(hourMs).default(1_000),
  /** How long the application takes for the records of one poll. */
  processingMs: z.int().min(0).max(hourMs).default(20),
  maxPollRecords: z.int().min(1).max(10_000).default(500),
  /** With KIP-848 the coordinator's own settings decide. */
  sessionTimeoutMs: z.int().min(10).max(hourMs).default(6_000),
  heartbeatIntervalMs: z.int().min(1).max(hourMs).default(1_000),
  /** Of the classic protocol the time-out of a rebalance, too. */
  maxPollIntervalMs: z.int().min(10).max(hourMs).default(15_000),
  /** How soon members hear of new topics and partitions; Kafka's default is five minutes. */
  metadataMaxAgeMs: z.int().min(100).max(hourMs).default(5_000),
  autoOffsetReset: z.enum(['earliest', 'latest']).default('earliest'),
});

export type GroupWorkload = z.output<typeof groupSchema>;

export interface GroupMember {
  /** Its machine's name. */
  readonly machine: string;
  readonly group: GroupWorkload;
  /** Counted from 1 within its group. */
  readonly index: number;
}

export interface HasGroups {
  readonly groups?: readonly GroupWorkload[] | undefined;
}

export const groupsOf = ({ groups = [] }: HasGroups): readonly GroupWorkload[] => groups;

/** All members of all groups, in the order of their machines. */
export function membersOf(workload: HasGroups): GroupMember[] {
  return groupsOf(workload)
    .flatMap((group) => Array.from({ length: group.members }, (_, i) => ({ group, index: i + 1 })))
    .map((member, i) => ({ ...member, machine: `m${i + 1}` }));
}
