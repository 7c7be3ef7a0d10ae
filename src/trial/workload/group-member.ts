/**
 * A program that is a member of a consumer group: it polls, processes what it is handed and
 * commits, before or after, as its group's applications do, and writes into the history what it
 * does and is told. It leaves its group when it is stopped; a process that died joins again.
 */
import type { Micros } from '../../base/ids.ts';
import { msToMicros } from '../../base/time.ts';
import type { Host, Program } from '../../host/host.ts';
import type { Address } from '../../host/network.ts';
import { KafkaClient } from '../../kafka/client/client.ts';
import type { GroupConsumer } from '../../kafka/client/group/group-consumer.ts';
import type { GroupConsumerOptions } from '../../kafka/client/group/group-types.ts';
import type { OffsetToCommit } from '../../kafka/client/group/offset-requests.ts';
import { type ClientRules, clientRules } from '../../kafka/client/rules.ts';
import type { MemberActor } from '../activities/actors.ts';
import { activityKindOf } from '../activities/registry.ts';
import type { GroupMember, GroupProtocol, GroupWorkload } from '../groups/group.ts';
import type { History } from '../history/history.ts';
import { behind, MemberCommits } from './member-commits.ts';
import { type Handful, MemberRecord } from './member-record.ts';
import { type ActivityShare, Performer } from './performer.ts';

export interface GroupMemberRole {
  readonly member: GroupMember;
  /** Number of its consumers in polls. */
  readonly consumer: number;
  /** What it reads where its group names nothing. */
  readonly topics: readonly string[];
  readonly bootstrap: readonly Address[];
  /** In place of the right ones. */
  readonly rules: Partial<ClientRules>;
  readonly history: History;
  readonly now: () => Micros;
  /** Null where the plan has no activities. */
  readonly active: ActivityShare | null;
}

/** What a member reads: a list, or a pattern. */
export interface Selection {
  readonly topics: readonly string[];
  readonly pattern: string | null;
}

/** What outlives a process: how the application is deployed at present. */
interface Deployment {
  sessions: number;
  processes: number;
  protocol: GroupProtocol;
  selection: Selection;
}

export function groupMemberProgram(role: GroupMemberRole): Program {
  const { group } = role.member;
  const { topics = group.pattern === undefined ? role.topics : [], pattern = null } = group;
  const selection = { topics, pattern };
  const deployment = { sessions: 0, processes: 0, protocol: group.protocol, selection };
  return (host) => {
    const member = new Member(host, role, deployment);
    const isLate = member.act(deployment.processes++);
    if (!isLate) member.join();
    return {
      stop: () => void member.end().then(() => host.exit(0, 'left its group')),
    };
  };
}

/** The longest that one commit or another question to the coordinator takes. */
const apiTimeoutMs = 10_000;
const closeTimeoutMs = 10_000;
/** An application whose consumer has failed begins another after this. */
const againUs: Micros = 1_000_000;

/** One process of a member. */
class Member {
  readonly #host: Host;
  readonly #role: GroupMemberRole;
  readonly #deployment: Deployment;
  readonly #client: KafkaClient;
  /** The consumer that it has at present. */
  #life: Life | null = null;
  #isWanted = false;
  #ends = false;
  /** What the application's next work takes at least. */
  #stallMs = 0;

  constructor(host: Host, role: GroupMemberRole, deployment: Deployment) {
    const { bootstrap, member } = role;
    const rules = { ...clientRules, ...role.rules };
    this.#host = host;
    this.#role = role;
    this.#deployment = deployment;
    const { metadataMaxAgeMs } = member.group;
    const clientId = member.machine;
    this.#client = new KafkaClient({ host, clientId, bootstrap, rules, metadataMaxAgeMs });
  }

  /** Takes up its share of the plan; true when that has it join later. */
  act(process: number): boolean {
    const { active, member, history, now } = this.#role;
    if (active === null) return false;
    const performer = new Performer(this.#host, { name: member.machine, history, now }, process);
    const actor = this.#actor(performer);
    performer.begin(active, (activity) => activityKindOf(activity).run(activity, actor));
    const { beganUs, activities } = active;
    return activities.some(
      ({ kind, atMs }) => kind === 'join-late' && beganUs + msToMicros(atMs) >= now(),
    );
  }

  join(): void {
    this.#isWanted = true;
    if (this.#life !== null || this.#ends) return;
    const life = new Life(this.#host, this.#role, this.#client, this.#deployment, () =>
      this.#takeWorkMs(),
    );
    this.#life = life;
    void life.run().then((failed) => {
      if (this.#life === life) this.#life = null;
      if (!failed) return;
      this.#host.timers.after(againUs, () => {
        if (this.#isWanted) this.join();
      });
    });
  }

  async leave(): Promise<void> {
    this.#isWanted = false;
    const life = this.#life;
    if (life === null) return;
    await life.leave();
    if (this.#life === life) this.#life = null;
  }

  async end(): Promise<void> {
    this.#ends = true;
    await this.leave();
    this.#client.close();
  }

  #takeWorkMs(): number {
    const workMs = Math.max(this.#stallMs, this.#role.member.group.processingMs);
    this.#stallMs = 0;
    return workMs;
  }

  #actor(performer: Performer): MemberActor {
    return {
      ...performer.actor(this.#client.admin()),
      group: this.#role.member.group.name,
      leave: () => this.leave(),
      join: (protocol) => {
        this.#deployment.protocol = protocol ?? this.#deployment.protocol;
        this.join();
      },
      subscribe: (selection) => {
        this.#deployment.selection = selection;
        this.#life?.subscribe(selection);
      },
      stall: (ms) => {
        this.#stallMs = Math.max(this.#stallMs, ms);
      },
    };
  }
}

/** One consumer object: from its making to its close, or to its failure. */
class Life {
  readonly #host: Host;
  readonly #group: GroupWorkload;
  readonly #record: MemberRecord;
  readonly #consumer: GroupConsumer;
  readonly #commits: MemberCommits;
  readonly #workMs: () => number;
  readonly #now: () => Micros;
  #wake: (() => void) | null = null;
  #leaves = false;
  #failed = false;
  /** Done when nothing of the application runs any more. */
  #running: Promise<void> = Promise.resolve();

  constructor(
    host: Host,
    role: GroupMemberRole,
    client: KafkaClient,
    deployment: Deployment,
    workMs: () => number,
  ) {
    const { member, history, now, consumer } = role;
    this.#host = host;
    this.#group = member.group;
    this.#workMs = workMs;
    this.#now = now;
    const { protocol, selection } = deployment;
    const topicId = (topic: string) => client.metadata.topic(topic)?.id;
    const nextSession = (): number => deployment.sessions++;
    this.#record = new MemberRecord(
      { history, now, consumer, nextSession, topicId },
      history.groups.begin(
        {
          group: member.group.name,
          by: member.machine,
          ...identityOf(member, protocol),
          sessionTimeoutUs: msToMicros(member.group.sessionTimeoutMs),
          createdUs: now(),
        },
        { atUs: now(), ...selection },
      ),
    );
    this.#commits = new MemberCommits({
      timers: host.timers,
      now,
      everyUs: msToMicros(member.group.commitEveryMs),
      commit: (offsets) => this.#commit(offsets),
    });
    this.#consumer = client.groupConsumer({
      ...optionsOf(member, protocol),
      ...this.#record.listeners(),
      onAssigned: (partitions) => this.#record.owns('assigned', partitions),
      onRevoked: (partitions) => this.#revoked(partitions),
      onLost: (partitions) => {
        this.#commits.forget(partitions);
        this.#record.owns('lost', partitions);
      },
      onError: (error, topic) => {
        host.log('warn', `${member.group.name}: ${error.message}`);
        if (topic === '') this.#fail();
      },
    });
    this.#record.consumer = this.#consumer;
    this.#select(selection);
  }

  subscribe(selection: Selection): void {
    if (this.#leaves) return;
    this.#record.stay.subscriptions.push({ atUs: this.#now(), ...selection });
    this.#select(selection);
  }

  /** Polls and processes until it leaves; true where its membership has failed. */
  async run(): Promise<boolean> {
    this.#running = this.#work();
    await this.#running;
    if (!this.#failed) return false;
    this.#record.failed();
    this.#consumer.abort();
    return true;
  }

  /** Ends what the application is about, and closes its consumer. */
  async leave(): Promise<void> {
    this.#leaves = true;
    this.#wake?.();
    await this.#running;
    if (!this.#failed) await this.#record.close(this.#consumer, closeTimeoutMs);
    this.#commits.close();
  }

  async #work(): Promise<void> {
    while (!this.#leaves) {
      const handfuls = this.#record.polled(this.#consumer.poll());
      if (handfuls.length === 0) await this.#waitForRecords();
      else await this.#process(handfuls);
    }
  }

  async #process(handfuls: readonly Handful[]): Promise<void> {
    const { commits } = this.#group;
    const isBefore = commits === 'before';
    // What may not be committed may be another's by now: it is left alone.
    if (isBefore && !(await this.#commit(handfuls.map(offsetBehind)))) return;
    await this.#pass(this.#workMs());
    this.#record.processed(handfuls);
    const own = handfuls.filter((each) => this.#record.has(each));
    if (commits === 'after') this.#commits.note(own);
  }

  async #revoked(partitions: Parameters<MemberCommits['flush']>[0]): Promise<void> {
    await this.#commits.flush(partitions);
    this.#commits.forget(partitions);
    const left = partitions.filter((each) => this.#record.has(each));
    if (left.length > 0) this.#record.owns('revoked', left);
  }

  #commit(offsets: readonly OffsetToCommit[]): Promise<boolean> {
    return this.#consumer.commit(offsets).then(
      () => true,
      () => false,
    );
  }

  #select({ topics, pattern }: Selection): void {
    if (pattern === null) this.#consumer.subscribe(topics);
    else this.#consumer.subscribePattern(pattern);
  }

  #fail(): void {
    this.#failed = true;
    this.#leaves = true;
    this.#wake?.();
  }

  #waitForRecords(): Promise<void> {
    if (this.#leaves) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#consumer.waitForRecords(resolve);
    });
  }

  #pass(ms: number): Promise<void> {
    if (ms === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#host.timers.after(msToMicros(ms), resolve);
    });
  }
}

const offsetBehind = ({ topic, partition, records }: Handful): OffsetToCommit => ({
  topic,
  partition,
  offset: behind(records),
});

/** As what it is known to its group. */
function identityOf({ group, index }: GroupMember, protocol: GroupProtocol) {
  const { assignors, remoteAssignor } = group;
  const remote = remoteAssignor === undefined ? [] : [remoteAssignor];
  return {
    protocol,
    assignors: protocol === 'classic' ? assignors : remote,
    instanceId: group.static ? `${group.name}-${index}` : null,
  };
}

function optionsOf(member: GroupMember, protocol: GroupProtocol): GroupConsumerOptions {
  const { group } = member;
  const { instanceId } = identityOf(member, protocol);
  return {
    groupId: group.name,
    groupProtocol: protocol,
    ...(instanceId === null ? {} : { groupInstanceId: instanceId }),
    assignors: group.assignors,
    ...(group.remoteAssignor === undefined ? {} : { remoteAssignor: group.remoteAssignor }),
    sessionTimeoutMs: group.sessionTimeoutMs,
    heartbeatIntervalMs: group.heartbeatIntervalMs,
    maxPollIntervalMs: group.maxPollIntervalMs,
    maxPollRecords: group.maxPollRecords,
    autoOffsetReset: group.autoOffsetReset,
    enableAutoCommit: group.commits === 'auto',
    autoCommitIntervalMs: Math.max(1, group.commitEveryMs),
    defaultApiTimeoutMs: apiTimeoutMs,
  };
}
