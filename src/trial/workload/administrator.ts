/**
 * The administrator: a program that creates the scenario's topics as soon as there is a cluster to
 * create them in, and one that carries out the administrative activities of the plan, one after the
 * other.
 */
import type { Micros } from '../../base/ids.ts';
import { msToMicros } from '../../base/time.ts';
import type { Host, Program } from '../../host/host.ts';
import type { Address } from '../../host/network.ts';
import { KafkaClient } from '../../kafka/client/client.ts';
import { ClientError } from '../../kafka/client/errors.ts';
import { errorCode } from '../../kafka/protocol/errors.ts';
import type { AdministratorActor } from '../activities/actors.ts';
import { type Activity, activityKindOf } from '../activities/registry.ts';
import type { TopicDirectory } from '../activities/topic-directory.ts';
import type { History } from '../history/history.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type ActivityShare, Performer } from './performer.ts';

export interface AdministratorRole {
  readonly topics: Scenario['topics'];
  readonly bootstrap: readonly Address[];
  /** The topics are there (null), or why they never will be. */
  readonly onCreated: (problem: string | null) => void;
}

export function administratorProgram(role: AdministratorRole): Program {
  return (host) => {
    const client = new KafkaClient({ host, clientId: 'admin', bootstrap: role.bootstrap });
    const end = (problem: string | null): void => {
      client.close();
      role.onCreated(problem);
      host.exit(0, 'done');
    };
    const create = (): void =>
      void client
        .admin()
        .createTopics(role.topics)
        .then(
          () => end(null),
          (error: ClientError) => {
            // Not all brokers have registered yet.
            const isEarly = error.code === errorCode.invalidReplicationFactor;
            if (isEarly) host.timers.after(againUs, create);
            else end(error.message);
          },
        );
    create();
    return { stop: () => host.exit(0, 'asked to stop') };
  };
}

const againUs: Micros = 500_000;

export interface OperatorRole extends ActivityShare {
  readonly name: string;
  readonly bootstrap: readonly Address[];
  readonly brokers: AdministratorActor['brokers'];
  readonly history: History;
  readonly directory: TopicDirectory;
  readonly now: () => Micros;
  /** True from the moment when nothing more is to be begun. */
  readonly finished: () => boolean;
}

/** How long it looks for a topic before it lets the matter rest. */
const lookTimeoutMs = 10_000;

export function operatorProgram(role: OperatorRole): Program {
  let incarnations = 0;
  return (host) => {
    const { name, bootstrap, finished } = role;
    const performer = new Performer(host, role, incarnations++);
    const client = new KafkaClient({ host, clientId: name, bootstrap });
    const actor = actorOf(client, performer, role, host);
    let last: Promise<void> = Promise.resolve();
    performer.begin(role, (activity: Activity) => {
      last = last.then(async () => {
        if (!finished()) await activityKindOf(activity).run(activity, actor);
      });
    });
    return {
      stop() {
        client.close();
        host.exit(0, 'asked to stop');
      },
    };
  };
}

function actorOf(
  client: KafkaClient,
  performer: Performer,
  { brokers, directory }: OperatorRole,
  host: Host,
): AdministratorActor {
  const admin = client.admin();
  return {
    ...performer.actor(admin),
    groupAdmin: client.groupAdmin(),
    directory,
    brokers,
    async topicId(topic) {
      try {
        const [found] = await admin.describeTopics([topic], { timeoutMs: lookTimeoutMs });
        return found?.id ?? null;
      } catch (error) {
        if (error instanceof ClientError) return null;
        throw error;
      }
    },
    wait: (ms) =>
      new Promise((resolve) => {
        host.timers.after(msToMicros(ms), resolve);
      }),
  };
}
