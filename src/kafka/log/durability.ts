/**
 * What of a log has to reach the disk, and its way there. A flush syncs the segments that changed,
 * writes the pending small files (each under a temporary name that is synced and then renamed),
 * makes the directory's entries durable, and only then removes what is no longer needed. At most
 * one flush runs; one more waits and serves all who ask meanwhile, so that whatever was appended
 * before a call is durable when its promise resolves.
 */
import type { Disk } from '../../host/disk.ts';
import { temporarySuffix } from './names.ts';
import type { Segment } from './segment.ts';

export class Durability {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #pending = new Map<string, Uint8Array>();
  /** To be removed once a sync has made durable what stands for them. */
  readonly #leaving = new Set<string>();
  #entryChanges = 0;
  #syncedEntryChanges = 0;
  /** Directories above the log's own, whose entries may be new as well. */
  #parents: string[];
  #isStopped = false;
  #running: Promise<void> | null = null;
  #waiting: Promise<void> | null = null;

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
    this.#parents = parentsOf(directory);
  }

  /** A file was created, renamed or removed in the directory. */
  entriesChanged(): void {
    this.#entryChanges += 1;
  }

  /** Has the next flush write this small file. */
  put(name: string, bytes: Uint8Array): void {
    this.#pending.set(name, bytes);
  }

  /** What is to be written under a name, if it is not yet. */
  pending(name: string): Uint8Array | null {
    return this.#pending.get(name) ?? null;
  }

  /** Removes a file now, whether it was already written or not. */
  remove(name: string): void {
    this.#pending.delete(name);
    this.#leaving.delete(name);
    this.#disk.remove(`${this.#directory}/${name}`);
    this.entriesChanged();
  }

  /**
   * Removes a file when the next flush is done: not before the entries that replace it are durable.
   */
  removeLater(name: string): void {
    this.#pending.delete(name);
    this.#leaving.add(name);
  }

  /** Creates an empty file, of which only the name matters. */
  mark(name: string): void {
    this.#leaving.delete(name);
    this.#disk.open(`${this.#directory}/${name}`, true).close();
    this.entriesChanged();
  }

  /** The directory is gone, and nothing of it is durable any more. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Ends all work: the directory is gone. Flushes under way resolve without effect. */
  stop(): void {
    this.#isStopped = true;
    this.#pending.clear();
    this.#leaving.clear();
  }

  /** `work` is called when the flush starts, and calls `sync` or `complete` itself. */
  flush(work: () => Promise<void>): Promise<void> {
    if (this.#waiting !== null) return this.#waiting;
    if (this.#running === null) return this.#start(work);
    this.#waiting = this.#running.then(() => {
      this.#waiting = null;
      return this.#start(work);
    });
    return this.#waiting;
  }

  #start(work: () => Promise<void>): Promise<void> {
    const running = work();
    this.#running = running;
    const ended = (): void => {
      if (this.#running === running) this.#running = null;
    };
    running.then(ended, ended);
    return running;
  }

  /** Makes the segments, the pending files and the directory's entries durable. */
  async sync(segments: readonly Segment[]): Promise<void> {
    const leaving = [...this.#leaving];
    const dirty = segments.filter((segment) => segment.isDirty);
    if (dirty.length === 1) await (dirty[0] as Segment).sync();
    else if (dirty.length > 1) await Promise.all(dirty.map((segment) => segment.sync()));
    for (const [name, bytes] of this.#pending) {
      if (this.#isStopped) return;
      await this.#write(name, bytes);
    }
    if (!this.#isStopped) await this.#syncEntries();
    for (const name of leaving) if (this.#leaving.has(name)) this.remove(name);
  }

  async #write(name: string, bytes: Uint8Array): Promise<void> {
    const path = `${this.#directory}/${name}`;
    const file = this.#disk.open(path + temporarySuffix, true);
    try {
      file.truncate(0);
      file.write(0, bytes);
      await file.sync();
    } finally {
      file.close();
    }
    if (this.#isStopped) return;
    const current = this.#pending.get(name);
    if (current === undefined) return;
    if (current !== bytes) return this.#write(name, current);
    this.#disk.rename(path + temporarySuffix, path);
    this.#pending.delete(name);
    this.entriesChanged();
  }

  async #syncEntries(): Promise<void> {
    const changes = this.#entryChanges;
    if (changes > this.#syncedEntryChanges) {
      await this.#disk.syncDirectory(this.#directory);
      this.#syncedEntryChanges = changes;
    }
    const parents = this.#parents;
    this.#parents = [];
    for (const parent of parents) {
      if (!this.#isStopped) await this.#disk.syncDirectory(parent);
    }
  }
}

/** `a/b/c` → `a/b`, `a`, ``. */
function parentsOf(path: string): string[] {
  const parents: string[] = [];
  let at = path.lastIndexOf('/');
  while (at > 0) {
    parents.push(path.slice(0, at));
    at = path.lastIndexOf('/', at - 1);
  }
  parents.push('');
  return parents;
}
