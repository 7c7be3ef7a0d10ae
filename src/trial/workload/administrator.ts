/** A program that creates the scenario's topics as soon as there is a cluster to create them in. */
import type { Program } from '../../host/host.ts';
import type { Address } from '../../host/network.ts';
import { KafkaClient } from '../../kafka/client/client.ts';
import type { Scenario } from '../scenario/scenario.ts';

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
    client
      .admin()
      .createTopics(role.topics)
      .then(
        () => end(null),
        (error: Error) => end(error.message),
      );
    return { stop: () => host.exit(0, 'asked to stop') };
  };
}
