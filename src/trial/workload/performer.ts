/**
 * A client's share of the plan's activities: it begins each at its time, also after its process was
 * started again, and records each operation from its invocation to its end. What its former process
 * was about is unknown.
 */
import type { Micros } from '../../base/ids.ts';
import { msToMicros } from '../../base/time.ts';
import type { Host } from '../../host/host.ts';
import type { Admin, AdminOptions } from '../../kafka/client/admin/admin.ts';
import { ClientError } from '../../kafka/client/errors.ts';
import type { Recorded } from '../activities/actors.ts';
import type { Activity } from '../activities/registry.ts';
import type { History } from '../history/history.ts';
import type { Facts, Operation } from '../history/operations.ts';

/** A trial's activities, as each client is given them. */
export interface ActivityShare {
  /** Those of this client, in order of time. */
  readonly activities: readonly Activity[];
  /** Virtual time at which chaos begins. */
  readonly beganUs: Micros;
}

/** The longest that one operation tries. */
const callTimeoutMs = 20_000;

interface PerformerRole {
  readonly name: string;
  readonly history: History;
  readonly now: () => Micros;
}

export class Performer {
  readonly #host: Host;
  readonly #role: PerformerRole;

  constructor(host: Host, role: PerformerRole, incarnation: number) {
    this.#host = host;
    this.#role = role;
    if (incarnation > 0) role.history.operations.abandon(role.name, role.now());
  }

  /** What the actors of all roles have in common. */
  actor(admin: Admin) {
    const { name, history, now } = this.#role;
    const { timers, clock } = this.#host;
    const perform = (
      what: Recorded,
      work: (options: AdminOptions) => Promise<Facts> | Promise<void>,
    ): Promise<boolean> => this.#perform(what, work);
    return { name, history, now, timers, admin, perform, wallMs: () => clock.wallMs() };
  }

  begin({ activities, beganUs }: ActivityShare, run: (activity: Activity) => void): void {
    const nowUs = this.#role.now();
    for (const activity of activities) {
      const atUs = beganUs + msToMicros(activity.atMs);
      if (atUs >= nowUs) this.#host.timers.after(atUs - nowUs, () => run(activity));
    }
  }

  async #perform(
    { kind, about, change = null, doneBefore = [] }: Recorded,
    work: (options: AdminOptions) => Promise<Facts> | Promise<void>,
  ): Promise<boolean> {
    const { name: by, history, now } = this.#role;
    const { operations } = history;
    const operation = operations.invoke({ kind, by, about, change, invokedUs: now() });
    const onDoubt = (): void => {
      operation.doubtful = true;
    };
    try {
      const result = (await work({ timeoutMs: callTimeoutMs, onDoubt })) ?? null;
      operations.complete(operation, 'ok', now(), { result });
      return true;
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      const outcome = outcomeOf(error, operation, doneBefore);
      operations.complete(operation, outcome, now(), { error: error.message });
      return false;
    }
  }
}

/** A broker that hands a request on may do so twice: what was there may be this call's own work. */
function outcomeOf(
  { outcome, code }: ClientError,
  { doubtful }: Operation,
  doneBefore: readonly number[],
): 'fail' | 'info' {
  const isCertain = outcome === 'failed' && !doubtful && !doneBefore.includes(code);
  return isCertain ? 'fail' : 'info';
}
