/**
 * A program that asks every broker what it tells of the cluster, when all administration is over,
 * and writes that into the history.
 */
import type { Micros } from '../../base/ids.ts';
import type { Program } from '../../host/host.ts';
import type { Address } from '../../host/network.ts';
import { KafkaClient } from '../../kafka/client/client.ts';
import type { AdministratorActor } from '../activities/actors.ts';
import { readView } from '../activities/read-view.ts';
import type { History } from '../history/history.ts';

export interface InspectorRole {
  readonly brokers: AdministratorActor['brokers'];
  readonly bootstrap: readonly Address[];
  readonly history: History;
  readonly now: () => Micros;
  /** All brokers have answered (null), or why one has not. */
  readonly onDone: (problem: string | null) => void;
}

const timeoutMs = 30_000;

export function inspectorProgram(role: InspectorRole): Program {
  return (host) => {
    const { brokers, bootstrap, history, now } = role;
    const client = new KafkaClient({ host, clientId: 'inspector', bootstrap });
    const end = (problem: string | null): void => {
      client.close();
      role.onDone(problem);
      host.exit(0, 'done');
    };
    const inspect = async (): Promise<void> => {
      for (const broker of brokers) {
        const view = await readView(client.admin(), broker, { timeoutMs });
        history.views.push({ ...view, phase: 'final', atUs: now() });
      }
    };
    inspect().then(
      () => end(null),
      (error: Error) => end(error.message),
    );
    return { stop: () => host.exit(0, 'asked to stop') };
  };
}
