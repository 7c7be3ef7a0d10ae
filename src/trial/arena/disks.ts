/**
 * What faults do to disks. Several may act on one disk at once: what holds until it is taken back
 * ends with the last of them, and of several slownesses the worst counts.
 */
import type { SimDisk } from '../../sim/disk.ts';
import { HoldCounts } from './hold-counts.ts';

/** Microseconds that one call takes on a usual disk, as far as a slow one multiplies it. */
const usualCallUs = 10;

export class DisksUnderFault {
  readonly #full = new HoldCounts<SimDisk>();
  readonly #stalled = new HoldCounts<SimDisk>();
  readonly #failingSync = new HoldCounts<SimDisk>();
  readonly #failingRead = new HoldCounts<SimDisk>();
  readonly #misdirecting = new HoldCounts<SimDisk>();
  readonly #slowness = new Map<SimDisk, readonly number[]>();

  fill(disk: SimDisk): void {
    if (this.#full.add(disk)) disk.faults.full = true;
  }

  endFill(disk: SimDisk): void {
    if (this.#full.remove(disk)) disk.faults.full = false;
  }

  stall(disk: SimDisk): void {
    if (this.#stalled.add(disk)) disk.faults.stall();
  }

  endStall(disk: SimDisk): void {
    if (this.#stalled.remove(disk)) disk.faults.unstall();
  }

  /** Each such fault fails one sync; what has not been met at the end of the last is forgotten. */
  failSync(disk: SimDisk): void {
    this.#failingSync.add(disk);
    disk.faults.failNextSyncs();
  }

  endFailSync(disk: SimDisk): void {
    if (this.#failingSync.remove(disk)) disk.faults.forgetFailingSyncs();
  }

  failRead(disk: SimDisk): void {
    this.#failingRead.add(disk);
    disk.faults.failNextReads();
  }

  endFailRead(disk: SimDisk): void {
    if (this.#failingRead.remove(disk)) disk.faults.forgetFailingReads();
  }

  misdirectWrites(disk: SimDisk, count: number): void {
    this.#misdirecting.add(disk);
    disk.faults.misdirectNextWrites(count);
  }

  endMisdirectWrites(disk: SimDisk): void {
    if (this.#misdirecting.remove(disk)) disk.faults.forgetMisdirectedWrites();
  }

  slow(disk: SimDisk, factor: number): void {
    this.#setSlowness(disk, [...(this.#slowness.get(disk) ?? []), factor]);
  }

  endSlow(disk: SimDisk, factor: number): void {
    const factors = [...this.#slowness.get(disk)!];
    factors.splice(factors.indexOf(factor), 1);
    this.#setSlowness(disk, factors);
  }

  #setSlowness(disk: SimDisk, factors: readonly number[]): void {
    this.#slowness.set(disk, factors);
    const worst = Math.max(...factors);
    if (factors.length === 0) disk.faults.endSlow();
    else disk.faults.slow(worst, usualCallUs * worst);
  }
}
