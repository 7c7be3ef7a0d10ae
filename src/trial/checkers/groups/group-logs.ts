/** All groups as coordinators have shown them, and who has coordinated them. */
import { type Handlers, isOf, type Seen, type SeenOf } from '../../history/seen.ts';
import { Coordinators } from './coordinators.ts';
import { GroupLog, type KeptKind, type SeenKept } from './group-log.ts';

const kept: ReadonlySet<string> = new Set<KeptKind>([
  'offset-committed',
  'group-generation',
  'group-epoch',
  'member-subscribed',
  'member-target',
  'member-assigned',
  'targets-set',
]);

/** Whether it tells of a record of a group. */
export function isKept(seen: Seen): seen is SeenKept {
  return kept.has(seen.observation.kind);
}

/** Hears of records before they are taken in, and of coordinators that have loaded. */
export interface GroupWatch {
  record?(log: GroupLog, seen: SeenKept, logs: GroupLogs): void;
  loaded?(logs: GroupLogs, seen: SeenOf<'groups-loaded'>): void;
}

export class GroupLogs {
  readonly coordinators = new Coordinators();
  /** Names of topics that were deleted: another topic may have come by that name. */
  readonly deletedTopics = new Set<string>();
  readonly #groups = new Map<string, GroupLog>();
  readonly #watches: readonly GroupWatch[];

  constructor(watches: readonly GroupWatch[] = []) {
    this.#watches = watches;
  }

  get all(): IterableIterator<GroupLog> {
    return this.#groups.values();
  }

  find(group: string): GroupLog | undefined {
    return this.#groups.get(group);
  }

  /** All else concerns no group; that a process opens logs tells that its former one is over. */
  readonly on: Handlers = Object.fromEntries(
    ['log-opened', 'groups-loaded', 'groups-unloaded', 'topic-committed', ...kept].map((kind) => [
      kind,
      (seen: Seen) => this.#take(seen),
    ]),
  );

  #take(seen: Seen): void {
    this.coordinators.observe(seen);
    if (isOf(seen, 'groups-loaded')) for (const watch of this.#watches) watch.loaded?.(this, seen);
    if (isOf(seen, 'topic-committed') && seen.observation.deleted)
      this.deletedTopics.add(seen.observation.topic);
    if (!isKept(seen)) return;
    const { at, coordinator, group } = seen.observation;
    let log = this.#groups.get(group);
    if (log === undefined) {
      log = new GroupLog(group, coordinator);
      this.#groups.set(group, log);
    }
    for (const watch of this.#watches) watch.record?.(log, seen, this);
    if (isOf(seen, 'offset-committed')) log.tell(seen);
    const before = log.before(seen);
    if (before === null || before.observation.at < at) log.take(seen);
  }
}
