/**
 * Offsets of all partitions in one text file, in Kafka's format: the version, the number of
 * entries, then a line `topic partition offset` each. Written whole and durably under another name
 * before it takes its place, so a reader finds the former or the new one; a file that does not
 * parse is damaged.
 */
import type { Offset } from '../../base/ids.ts';
import type { Disk } from '../../host/disk.ts';
import { immediatePoints, type Points } from '../../host/points.ts';
import { pathIn, readText, writeText } from '../log/durable-file.ts';
import { passLater } from '../points.ts';

export const highWatermarkCheckpoint = 'replication-offset-checkpoint';
export const recoveryPointCheckpoint = 'recovery-point-offset-checkpoint';

export interface CheckpointEntry {
  readonly topic: string;
  readonly index: number;
  readonly offset: Offset;
}

export class OffsetCheckpoint {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly name: string;
  readonly #points: Points;
  #written: string | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(disk: Disk, directory: string, name: string, points: Points = immediatePoints) {
    this.#disk = disk;
    this.#directory = directory;
    this.name = name;
    this.#points = points;
  }

  /** Offsets by partition name, `orders-0`; null where the file is damaged. */
  read(): Map<string, Offset> | null {
    const text = readText(this.#disk, pathIn(this.#directory, this.name));
    return text === null ? new Map() : parseCheckpoint(text);
  }

  /** Nothing is written where nothing changed. One write at a time; rejects with a DiskError. */
  write(entries: readonly CheckpointEntry[]): Promise<void> {
    const text = formatCheckpoint(entries);
    if (text !== this.#written) {
      this.#written = text;
      this.#last = this.#last.then(() => this.#write(text));
    }
    return this.#last;
  }

  async #write(text: string): Promise<void> {
    await writeText(this.#disk, this.#directory, this.name, text);
    const held = passLater({ points: this.#points }, 'checkpoint-written', () => {});
    if (held !== undefined) await held;
  }
}

export function formatCheckpoint(entries: readonly CheckpointEntry[]): string {
  const lines = entries.map(({ topic, index, offset }) => `${topic} ${index} ${offset}`);
  return ['0', String(entries.length), ...lines, ''].join('\n');
}

/** Null where the text is not a whole checkpoint. */
export function parseCheckpoint(text: string): Map<string, Offset> | null {
  const lines = text.split('\n');
  if (lines[0] !== '0' || lines.pop() !== '') return null;
  if (lines[1] !== String(lines.length - 2)) return null;
  const offsets = new Map<string, Offset>();
  for (const line of lines.slice(2)) {
    const parts = /^(\S+) (\d+) (\d+)$/.exec(line);
    const offset = Number(parts?.[3]);
    if (parts === null || !Number.isSafeInteger(offset)) return null;
    offsets.set(`${parts[1]}-${parts[2]}`, offset);
  }
  return offsets;
}
