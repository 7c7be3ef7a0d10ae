import type { Micros } from '../base/ids.ts';
import type { SimDisk } from './disk.ts';
import { FileContent } from './disk-file.ts';
import type { SimProcess } from './incarnation.ts';
import { mostSlowness } from './latency.ts';
import type { SimRandomStream } from './random.ts';

/**
 * What a disk can be made to do wrong, and what came of it. Some faults hold until they are taken
 * back (full, slow, stalled), some wait for the next calls (failing syncs and reads, misdirected
 * writes), some strike at once (rot, unreadable sectors) and stay in the file until it is
 * overwritten there.
 */
export interface DiskEffects {
  /** Unsynced writes and truncations that a power loss or a failed sync dropped; those it tore. */
  writesLost: number;
  writesTorn: number;
  /** Unsynced creates, renames and removes that a power loss undid. */
  entriesLost: number;
  /** Times the power was lost, and times an empty disk took this one's place. */
  powerLosses: number;
  replacements: number;
  syncsRefused: number;
  syncsSlowed: number;
  syncsStalled: number;
  readsFailed: number;
  bytesFlipped: number;
  sectorsBroken: number;
  writesMisdirected: number;
  /** Writes and creates refused because the disk was full. */
  writesRefused: number;
  /** Calls that blocked their process, because the disk was slow or stalled. */
  callsBlocked: number;
}

const mostCallUs: Micros = 1_000_000;

export class DiskFaults {
  readonly effects: DiskEffects = {
    writesLost: 0,
    writesTorn: 0,
    entriesLost: 0,
    powerLosses: 0,
    replacements: 0,
    syncsRefused: 0,
    syncsSlowed: 0,
    syncsStalled: 0,
    readsFailed: 0,
    bytesFlipped: 0,
    sectorsBroken: 0,
    writesMisdirected: 0,
    writesRefused: 0,
    callsBlocked: 0,
  };
  /** What fits on the disk. Growing files beyond it is refused; what is there stays. */
  capacityBytes: number;
  /** Refuses all growth, whatever the capacity. */
  full = false;
  readonly #disk: SimDisk;
  readonly #stream: SimRandomStream;
  readonly #sectorBytes: number;
  #failingSyncs = 0;
  #failingReads = 0;
  #misdirectedWrites = 0;
  #stalled = false;
  #syncFactor = 1;
  #callUs: Micros = 0;
  readonly #blocked = new Set<SimProcess>();

  constructor(disk: SimDisk, stream: SimRandomStream, capacityBytes: number, sectorBytes: number) {
    this.#disk = disk;
    this.#stream = stream;
    this.capacityBytes = capacityBytes;
    this.#sectorBytes = sectorBytes;
  }

  get stalled(): boolean {
    return this.#stalled;
  }

  get syncFactor(): number {
    return this.#syncFactor;
  }

  /** The next syncs fail: the pages they cover are gone, and reported clean afterwards. */
  failNextSyncs(count = 1): void {
    this.#failingSyncs += count;
  }

  failNextReads(count = 1): void {
    this.#failingReads += count;
  }

  /** The next writes land at another sector of their file, where they spoil what is there. */
  misdirectNextWrites(count = 1): void {
    this.#misdirectedWrites += count;
  }

  /**
   * Syncs take `syncFactor` times as long, at most `mostSlowness`, and each write or truncation
   * blocks its process, for a second at most: what takes longer is a stalled disk.
   */
  slow(syncFactor: number, callUs: Micros): void {
    this.#syncFactor = Math.min(syncFactor, mostSlowness);
    this.#callUs = Math.min(callUs, mostCallUs);
  }

  endSlow(): void {
    const wasSlow = this.#syncFactor !== 1;
    this.slow(1, 0);
    if (wasSlow) this.#disk.onSlowEnded();
  }

  /** No sync completes, and a write blocks its process, until `unstall`. */
  stall(): void {
    this.#stalled = true;
  }

  unstall(): void {
    if (!this.#stalled) return;
    this.#stalled = false;
    this.#disk.onUnstalled();
    const blocked = [...this.#blocked];
    this.#blocked.clear();
    for (const owner of blocked) owner.unstall();
  }

  /** What waits for next calls no longer does. */
  forgetFailingSyncs(): void {
    this.#failingSyncs = 0;
  }

  forgetFailingReads(): void {
    this.#failingReads = 0;
  }

  forgetMisdirectedWrites(): void {
    this.#misdirectedWrites = 0;
  }

  #forgetNext(): void {
    this.forgetFailingSyncs();
    this.forgetFailingReads();
    this.forgetMisdirectedWrites();
  }

  /** All that hold or wait end; damage stays. */
  heal(): void {
    this.full = false;
    this.#forgetNext();
    this.endSlow();
    this.unstall();
  }

  /**
   * Flips one bit in each of `count` synced bytes of files that `path` matches. Returns how many it
   * found.
   */
  rot(count: number, path: (path: string) => boolean = () => true): number {
    return this.#strikeSynced(count, path, (file, position) => {
      file.flip(position, 1 << this.#stream.int(8));
      this.effects.bytesFlipped++;
    });
  }

  /** As `rot`, but whole sectors cannot be read until they are overwritten. */
  breakSectors(count: number, path: (path: string) => boolean = () => true): number {
    return this.#strikeSynced(count, path, (file, position) => this.#break(file, position));
  }

  /** At `count` places drawn among the synced bytes of the files that `path` matches. */
  #strikeSynced(
    count: number,
    path: (path: string) => boolean,
    strike: (file: FileContent, position: number) => void,
  ): number {
    const targets = [...this.#disk.tree.files()]
      .filter(([file, name]) => path(name) && syncedSize(file) > 0)
      .map(([file]) => file);
    if (targets.length === 0) return 0;
    for (let i = 0; i < count; i++) {
      const file = targets[this.#stream.int(targets.length)] as FileContent;
      strike(file, this.#stream.int(syncedSize(file)));
    }
    return count;
  }

  /** Flips the bits of `mask` in one byte. False when there is no such byte. */
  flip(path: string, position: number, mask: number): boolean {
    const file = this.#disk.tree.get(path);
    if (!(file instanceof FileContent) || position >= file.size) return false;
    file.flip(position, mask);
    this.effects.bytesFlipped++;
    return true;
  }

  /** The sector that holds this byte cannot be read until it is overwritten. */
  breakSector(path: string, at: number): boolean {
    const file = this.#disk.tree.get(path);
    if (!(file instanceof FileContent) || at >= file.size) return false;
    this.#break(file, at);
    return true;
  }

  #break(file: FileContent, at: number): void {
    const position = at - (at % this.#sectorBytes);
    file.spoil({ kind: 'unreadable', position, length: this.#sectorBytes });
    this.effects.sectorsBroken++;
  }

  /** Whether a sync that would complete now fails. */
  refusesSync(): boolean {
    if (this.#failingSyncs === 0) return false;
    this.#failingSyncs--;
    this.effects.syncsRefused++;
    return true;
  }

  refusesRead(): boolean {
    if (this.#failingReads === 0) return false;
    this.#failingReads--;
    this.effects.readsFailed++;
    return true;
  }

  /** Whether `bytes` more, or a new entry (0), find no room. */
  refusesGrowth(bytes: number): boolean {
    if (!this.full && this.#disk.usedBytes + bytes <= this.capacityBytes) return false;
    this.effects.writesRefused++;
    return true;
  }

  /** Where a write at `position` really lands. */
  misdirect(file: FileContent, position: number, length: number): number {
    if (this.#misdirectedWrites === 0) return position;
    const sectors = Math.floor(file.size / this.#sectorBytes);
    const target = this.#stream.int(sectors + 1) * this.#sectorBytes;
    if (target === position || target + length > file.size) return position;
    this.#misdirectedWrites--;
    this.effects.writesMisdirected++;
    return target;
  }

  /** Charges a process for a call that changes a file. */
  charge(owner: SimProcess): void {
    if (this.#stalled) {
      this.#blocked.add(owner);
      this.effects.callsBlocked++;
      owner.stall();
    } else if (this.#callUs > 0) {
      this.effects.callsBlocked++;
      owner.block(this.#callUs);
    }
  }
}

/** Up to where no unsynced change reaches. */
function syncedSize(file: FileContent): number {
  return file.unsynced().reduce((size, { position }) => Math.min(size, position), file.size);
}
