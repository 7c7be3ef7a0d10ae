import type { Micros } from '../base/ids.ts';
import { mark } from '../base/mark.ts';
import { DiskError } from '../host/disk.ts';
import { type DiskEffects, DiskFaults } from './disk-faults.ts';
import type { FileContent } from './disk-file.ts';
import { Directory, type TreeNode } from './disk-journal.ts';
import { DiskTree, filesOf } from './disk-tree.ts';
import type { SimProcess } from './incarnation.ts';
import type { EventKind, Kernel, KernelEvent } from './kernel.ts';
import { constantLatency, drawLatency, type LatencyModel, scaledLatency } from './latency.ts';
import type { SimRandomStream } from './random.ts';

/**
 * A machine's disk: files in a page cache, and what of them is durable. Processes use it by
 * SimProcessDisk. What it may do to them is said in disk-faults.ts. Permitted on power loss: each
 * unsynced write is kept, dropped, or torn at a sector; unsynced directory operations are lost from
 * some point on. Never: a write whose sync was answered, or that is older than the writeback time,
 * is lost without a fault.
 */
export interface DiskOptions {
  readonly capacityBytes?: number;
  readonly sectorBytes?: number;
  readonly syncLatency?: LatencyModel;
  /** Unsynced changes become durable by themselves when they are this old. */
  readonly writebackUs?: Micros;
}

const defaultSyncLatency: LatencyModel = {
  baseUs: 300,
  jitterUs: 100,
  tailUs: 3000,
  tailPerMille: 2,
};

/**
 * Two syncs of a device do not overlap; they queue. How long one takes is drawn when its turn
 * comes: a device that is slow no more is done with what waits as fast as ever.
 */
export class SimDisk {
  readonly machine: string;
  readonly faults: DiskFaults;
  readonly tree: DiskTree;
  readonly #kernel: Kernel;
  readonly #stream: SimRandomStream;
  readonly #sectorBytes: number;
  readonly #syncLatency: LatencyModel;
  readonly #writebackUs: Micros;
  readonly #waiting: SyncRequest[] = [];
  /** The sync whose turn it is. */
  #running: KernelEvent | null = null;
  #stalledSyncs: SyncRequest[] = [];
  #usedBytes = 0;

  constructor(kernel: Kernel, stream: SimRandomStream, machine: string, options: DiskOptions) {
    this.#kernel = kernel;
    this.#stream = stream;
    this.machine = machine;
    this.#sectorBytes = options.sectorBytes ?? 512;
    this.#syncLatency = options.syncLatency ?? defaultSyncLatency;
    this.#writebackUs = options.writebackUs ?? 30_000_000;
    this.tree = new DiskTree(this.#writebackUs);
    this.faults = new DiskFaults(
      this,
      stream,
      options.capacityBytes ?? Infinity,
      this.#sectorBytes,
    );
  }

  get effects(): DiskEffects {
    return this.faults.effects;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Space is taken by what is written and freed by what is removed. */
  account(bytes: number): void {
    this.#usedBytes += bytes;
  }

  forget(node: TreeNode | null): void {
    for (const file of filesOf(node)) this.account(-file.size);
  }

  /** A change at this time makes older ones durable that have waited long enough. */
  writeback(file: FileContent, time: Micros): void {
    file.settleBefore(time - this.#writebackUs);
  }

  /** Answers once `target`, as it is now, is durable. */
  sync(owner: SimProcess, target: FileContent | Directory, path: string): Promise<void> {
    if (this.#kernel.trace !== null)
      this.#kernel.tell(this.machine, { is: 'disk', call: 'sync', path });
    const upTo = target instanceof Directory ? this.tree.sequence : target.sequence;
    return new Promise((resolve, reject) => {
      const askedUs = owner.localNow();
      this.#submit({ disk: this, owner, target, path, upTo, askedUs, resolve, reject });
    });
  }

  onSynced(event: KernelEvent): void {
    const request = event.subject as SyncRequest;
    this.#running = null;
    this.#runNext();
    if (this.faults.stalled) {
      this.#stalledSyncs.push(request);
      this.effects.syncsStalled++;
      return;
    }
    const { owner, target, upTo, path } = request;
    let error: DiskError | null = null;
    if (this.faults.refusesSync()) {
      mark('sync-failed');
      error = new DiskError('EIO', path, 'sync');
      if (!(target instanceof Directory)) this.#drop(target, upTo);
    } else if (target instanceof Directory) {
      this.tree.settle(target, upTo);
    } else {
      target.settle(upTo);
    }
    if (this.#kernel.trace !== null) {
      const failure = error === null ? {} : { error: error.code };
      this.#kernel.tell(this.machine, { is: 'disk', call: 'synced', path, ...failure });
    }
    this.#kernel.digest.foldString(path);
    this.#kernel.digest.fold(error === null ? 0 : 1);
    event.payload = error;
    if (owner.enter(event, answerKind)) answerSync(event);
  }

  onUnstalled(): void {
    const requests = this.#stalledSyncs;
    this.#stalledSyncs = [];
    for (const request of requests) this.#submit(request);
  }

  /** The device is as fast as ever, also for the sync under way. */
  onSlowEnded(): void {
    if (this.#running === null) return;
    const request = this.#running.subject as SyncRequest;
    this.#running.cancel();
    this.#run(request);
  }

  /** The machine loses its power. */
  losePower(): void {
    const before = this.#kernel.now - this.#writebackUs;
    const { tree, effects } = this;
    const stream = this.#stream;
    effects.powerLosses++;
    this.#stalledSyncs = [];
    this.#waiting.length = 0;
    this.#running?.cancel();
    this.#running = null;
    tree.writeback(this.#kernel.now);
    const kept = stream.int(tree.pending + 1);
    if (kept < tree.pending) mark('entries-lost');
    effects.entriesLost += tree.pending - kept;
    tree.lose(kept);
    this.#usedBytes = 0;
    for (const file of tree.files().keys()) {
      file.settleBefore(before);
      file.lose(({ kind, position, length }) => this.#fate(kind === 'write', position, length));
      this.#usedBytes += file.size;
    }
    this.#kernel.digest.fold(kept);
    this.#kernel.digest.foldNumber(this.#usedBytes);
  }

  /** An empty disk takes its place. */
  wipe(): void {
    this.effects.replacements++;
    this.tree.root = new Directory();
    this.tree.lose(0);
    this.#stalledSyncs = [];
    this.#usedBytes = 0;
  }

  #submit(request: SyncRequest): void {
    this.#waiting.push(request);
    if (this.#running === null) this.#runNext();
  }

  #runNext(): void {
    const request = this.#waiting.shift();
    if (request !== undefined) this.#run(request);
  }

  #run(request: SyncRequest): void {
    const { syncFactor } = this.faults;
    const model =
      syncFactor === 1 ? this.#syncLatency : scaledLatency(this.#syncLatency, syncFactor);
    if (syncFactor !== 1) this.effects.syncsSlowed++;
    const begunUs = Math.max(this.#kernel.now, request.askedUs);
    const endUs = begunUs + drawLatency(model, this.#stream);
    this.#running = this.#kernel.at(endUs, syncedKind, request.owner.id, request, null);
  }

  #drop(file: FileContent, upTo: number): void {
    const size = file.size;
    this.effects.writesLost += file.unsynced().filter(({ sequence }) => sequence <= upTo).length;
    file.drop(upTo);
    this.account(file.size - size);
  }

  /** How many bytes of an unsynced write survive. */
  #fate(isWrite: boolean, position: number, length: number): number {
    const stream = this.#stream;
    const draw = stream.int(3);
    if (draw === 0) return isWrite ? length : 1;
    if (draw === 2 && isWrite) {
      const firstCut = this.#sectorBytes - (position % this.#sectorBytes);
      const cuts = Math.ceil((length - firstCut) / this.#sectorBytes);
      if (cuts > 0) {
        mark('write-torn');
        this.effects.writesTorn++;
        return firstCut + stream.int(cuts) * this.#sectorBytes;
      }
    }
    mark('write-lost');
    this.effects.writesLost++;
    return 0;
  }
}

export const instantDisk: DiskOptions = { syncLatency: constantLatency(1) };

interface SyncRequest {
  readonly disk: SimDisk;
  readonly owner: SimProcess;
  readonly target: FileContent | Directory;
  readonly path: string;
  /** The last change it covers. */
  readonly upTo: number;
  /** Before then its process had not asked for it. */
  readonly askedUs: Micros;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

function answerSync(event: KernelEvent): void {
  const { resolve, reject } = event.subject as SyncRequest;
  const error = event.payload as DiskError | null;
  if (error === null) resolve();
  else reject(error);
}

function describe(event: KernelEvent): { machine: string; what: string } {
  const { owner, path } = event.subject as SyncRequest;
  return { machine: owner.machine, what: `sync of ${path === '' ? '/' : path}` };
}

const answerKind: EventKind = { id: 12, run: answerSync, describe };
const syncedKind: EventKind = {
  id: 12,
  run: (event) => (event.subject as SyncRequest).disk.onSynced(event),
  describe,
};
