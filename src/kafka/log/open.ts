/**
 * Opens a log's directory in whatever state the last process and the disk left it. Every step holds
 * for torn and lost writes, zero holes, and creates, renames and removes that were lost or came
 * back:
 *
 * - After a clean stop index files and checkpoints are believed if they are whole and fit.
 * - Otherwise segments below the recovery point are believed, because a flush made them durable;
 *   from the segment that holds the recovery point on every batch is read, and the log ends in
 *   front of the first that is damaged, does not follow on the one before, or is of an older leader
 *   epoch. All behind it is deleted, later segments too. If even the first segment is not one that
 *   a start mark or the recovery point vouches for, those before it were lost, and all is deleted.
 * - What is left out though a flush had made it durable is put aside and not deleted: no power loss
 *   explains that it does not fit, and it may be the only copy.
 * - A segment ends where the next one starts: what lies behind was truncated, and the cut was lost.
 * - Segments without a fitting index file are read as well.
 */

import type { LeaderEpoch, Offset, WallMs } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import type { Disk, DiskFile } from '../../host/disk.ts';
import type { TopicSettings } from '../config.ts';
import * as batch from '../records/batch.ts';
import { readCheckpoint, readFile } from './checkpoint.ts';
import type { Durability } from './durability.ts';
import { EpochCache } from './epoch-cache.ts';
import {
  asideSuffix,
  epochCheckpointName,
  freeName,
  offsetFileName,
  parseOffsetFileName,
  temporarySuffix,
} from './names.ts';
import type { LogRules } from './rules.ts';
import { Segment } from './segment.ts';

const copyBytes = 1_048_576;

export interface OpenContext {
  readonly disk: Disk;
  readonly directory: string;
  readonly durability: Durability;
  readonly rules: LogRules;
  readonly settings: TopicSettings;
  readonly cleanShutdown: boolean;
  /** Below it everything is durable; 0 where that is not known. */
  readonly recoveryPoint: Offset;
  /** Every batch is read, whatever the recovery point says. */
  readonly verifiesAll: boolean;
  /** Something contradicts these files: what is left out is kept, wherever it stood. */
  readonly keepsAll: boolean;
  /** Told of each contradiction and of each cut. */
  readonly report: (finding: string) => void;
  readonly nowMs: WallMs;
}

export interface OpenedLog {
  /** At least one. */
  readonly segments: Segment[];
  readonly epochs: EpochCache;
  readonly logStart: Offset;
  /** Offsets of the producer snapshots found, rising. */
  readonly snapshots: Offset[];
  /** True if the first segment lies above the marked start: those before it are missing. */
  readonly lacksStart: boolean;
  /** True if everything was believed and nothing had to be read or cut. */
  readonly isIntact: boolean;
  /** True if something was deleted that could come back by another power loss. */
  readonly wasCut: boolean;
}

export function openLog(context: OpenContext): OpenedLog {
  const { disk, directory, durability } = context;
  disk.makeDirectory(directory);
  const found = listFiles(context);
  const markedStart = found.starts.at(-1) ?? 0;
  for (const start of found.starts.slice(0, -1)) {
    durability.removeLater(offsetFileName(start, 'start'));
  }
  const epochs = new EpochCache();
  const loader = new SegmentLoader(context, epochs, found.bases, markedStart);
  const segments = loader.load();
  // The log's end was lost, and with it all that stood behind the start.
  const end = segments[segments.length - 1]?.endOffset ?? 0;
  if (end < markedStart && segments.length > 0) {
    context.report(`${directory}: ends at offset ${end}, below its start at ${markedStart}`);
    loader.dropAll(segments);
  }
  while (segments.length > 1 && (segments[0] as Segment).endOffset <= markedStart) {
    removeSegment(context, segments.shift() as Segment);
  }
  if (loader.wasCut) startBehindCut(context, segments);
  if (segments.length === 0) segments.push(createSegment(context, markedStart));
  const first = segments[0] as Segment;
  const logStart = Math.max(markedStart, first.baseOffset);
  const lacksStart = first.baseOffset > markedStart;
  if (lacksStart) {
    context.report(`${directory} starts at offset ${logStart} instead of ${markedStart}`);
  }
  epochs.truncateEnd((segments[segments.length - 1] as Segment).endOffset);
  epochs.truncateStart(logStart);
  const { isIntact, wasCut } = loader;
  if (!isIntact) durability.entriesChanged();
  const { snapshots } = found;
  return { segments, epochs, logStart, lacksStart, snapshots, isIntact, wasCut };
}

/** Offsets in the names of files, rising. */
interface FoundFiles {
  readonly bases: Offset[];
  readonly snapshots: Offset[];
  readonly starts: Offset[];
}

/** The names of segments, snapshots and start marks, after files of no meaning were removed. */
function listFiles(context: OpenContext): FoundFiles {
  const { disk, directory, durability } = context;
  const bases: Offset[] = [];
  const snapshots: Offset[] = [];
  const starts: Offset[] = [];
  const names = disk.list(directory);
  const known = new Set(names);
  for (const name of names) {
    if (name.endsWith(temporarySuffix)) durability.remove(name);
    const parsed = parseOffsetFileName(name);
    if (parsed?.kind === 'log') bases.push(parsed.offset);
    if (parsed?.kind === 'snapshot') snapshots.push(parsed.offset);
    if (parsed?.kind === 'start') starts.push(parsed.offset);
    const isOrphan = parsed?.kind === 'index' && !known.has(offsetFileName(parsed.offset, 'log'));
    if (isOrphan) disk.remove(`${directory}/${name}`);
  }
  return { bases, snapshots, starts };
}

class SegmentLoader {
  readonly #context: OpenContext;
  readonly #epochs: EpochCache;
  readonly #bases: readonly Offset[];
  /** Index of the first segment that is not known to be durable. */
  readonly #firstUntrusted: number;
  readonly #demandsContiguity: boolean;
  readonly #knowsEpochs: boolean;
  /**
   * Up to which offset a first segment may start without being suspected to miss others before it.
   */
  readonly #latestStart: Offset;
  /** Epoch of the batch read last. */
  #epoch: LeaderEpoch = -1;
  isIntact: boolean;
  wasCut = false;

  constructor(context: OpenContext, epochs: EpochCache, bases: Offset[], markedStart: Offset) {
    this.#context = context;
    this.#epochs = epochs;
    this.#bases = bases;
    this.#latestStart = Math.max(markedStart, context.recoveryPoint);
    const holding = bases.findLastIndex((base) => base <= context.recoveryPoint);
    const firstUnflushed = context.verifiesAll ? 0 : Math.max(0, holding);
    this.#firstUntrusted = context.cleanShutdown ? bases.length : firstUnflushed;
    // Only compaction makes gaps.
    this.#demandsContiguity = context.settings.cleanupPolicy === 'delete';
    const rows = readCheckpoint(context.disk, `${context.directory}/${epochCheckpointName}`);
    this.#knowsEpochs = rows !== null && epochs.load(rows);
    if (!this.#knowsEpochs && context.recoveryPoint > 0) {
      const path = `${context.directory}/${epochCheckpointName}`;
      context.report(`${path} is missing or damaged: the log is read anew`);
    }
    const firstRead = bases[this.#firstUntrusted];
    if (firstRead !== undefined) epochs.truncateEnd(firstRead);
    this.isIntact = context.cleanShutdown;
  }

  load(): Segment[] {
    const segments: Segment[] = [];
    for (let index = 0; index < this.#bases.length; index++) {
      const base = this.#bases[index] as Offset;
      const before = segments[index - 1];
      if (!this.#follows(index, before)) {
        const gap = `${before?.endOffset ?? this.#latestStart} to ${base}`;
        this.#report(base, `does not follow: offsets ${gap} are missing`);
        this.#dropFrom(index);
        break;
      }
      const segment = this.#open(base);
      segments.push(segment);
      if (!this.#take(segment, index)) {
        this.#dropFrom(index + 1);
        break;
      }
    }
    return segments;
  }

  #follows(index: number, before: Segment | undefined): boolean {
    const base = this.#bases[index] as Offset;
    if (before === undefined) return this.#context.cleanShutdown || base <= this.#latestStart;
    // Segments are started at the log's end, so one that starts elsewhere misses a neighbour.
    const mayHaveGap = this.#context.cleanShutdown || !this.#demandsContiguity;
    const isBelieved = index <= this.#firstUntrusted;
    return isBelieved && mayHaveGap ? base >= before.endOffset : base === before.endOffset;
  }

  /** Takes in one segment, believing or reading it; false if it had to be cut. */
  #take(segment: Segment, index: number): boolean {
    const { disk, directory, durability } = this.#context;
    const name = offsetFileName(segment.baseOffset, 'index');
    const isLast = index === this.#bases.length - 1;
    if (index < this.#firstUntrusted && this.#knowsEpochs) {
      const bytes = readFile(disk, `${directory}/${name}`);
      if (bytes !== null && segment.restore(bytes)) {
        if (!isLast || segment.hasSoundEnd()) return true;
        segment.forget();
      }
      mark('index-rebuilt');
      this.#report(segment.baseOffset, 'is read anew, as its index does not fit');
    }
    this.isIntact = false;
    const isCached = this.#knowsEpochs && index < this.#firstUntrusted;
    if (this.#knowsEpochs && index === this.#firstUntrusted) this.#epoch = this.#epochs.latest;
    const next = this.#bases[index + 1] ?? Number.MAX_SAFE_INTEGER;
    const accepts = (bytes: Uint8Array, position: number): boolean => {
      const epoch = batch.leaderEpoch(bytes, position);
      const base = batch.baseOffset(bytes, position);
      if (epoch < this.#epoch || base < segment.endOffset || base >= next) return false;
      if (this.#demandsContiguity && base !== segment.endOffset) return false;
      this.#epoch = epoch;
      if (!isCached) this.#epochs.assign(epoch, base);
      return true;
    };
    const { rules } = this.#context;
    const isWhole = segment.recover(rules, accepts, (file) => this.#beforeCut(segment, file));
    if (!isLast) durability.put(name, segment.index.encode(segment));
    if (!isWhole) this.wasCut = true;
    return isWhole || segment.endOffset === next;
  }

  #dropFrom(index: number): void {
    this.isIntact = false;
    if (index < this.#bases.length) {
      mark('recovery-drops-segments');
      this.wasCut = true;
    }
    for (const base of this.#bases.slice(index)) this.#drop(this.#open(base));
  }

  dropAll(segments: Segment[]): void {
    for (const segment of segments.splice(0)) this.#drop(segment);
  }

  #drop(segment: Segment): void {
    const { disk, directory } = this.#context;
    const name = offsetFileName(segment.baseOffset, 'log');
    if (this.#isVouchedFor(segment.baseOffset) && segment.fileSize > 0) {
      const aside = freeName(disk, `${directory}/${name}`, asideSuffix);
      this.#report(segment.baseOffset, `is left out, and kept as ${aside}`);
      disk.rename(`${directory}/${name}`, aside);
    } else this.#report(segment.baseOffset, `is left out and deleted (${segment.fileSize} bytes)`);
    removeSegment(this.#context, segment);
  }

  #beforeCut(segment: Segment, file: DiskFile): void {
    const { disk, directory } = this.#context;
    const { baseOffset, endOffset, size } = segment;
    const end = `the log is cut there, at offset ${endOffset}`;
    if (!this.#isVouchedFor(endOffset)) {
      this.#report(baseOffset, `does not go on at byte ${size} of ${file.size()}: ${end}`);
      return;
    }
    mark('recovery-keeps-damage');
    const path = `${directory}/${offsetFileName(baseOffset, 'log')}`;
    const aside = freeName(disk, path, asideSuffix);
    this.#report(baseOffset, `is damaged at byte ${size}: ${end}; the rest is kept as ${aside}`);
    copyTail(disk, file, size, aside);
  }

  /** Whether something durable stood at this offset, or may have. */
  #isVouchedFor(offset: Offset): boolean {
    const { cleanShutdown, keepsAll, recoveryPoint } = this.#context;
    return keepsAll || cleanShutdown || offset < recoveryPoint;
  }

  #report(base: Offset, finding: string): void {
    this.#context.report(`${this.#context.directory}/${offsetFileName(base, 'log')} ${finding}`);
  }

  #open(base: Offset): Segment {
    const { disk, directory, settings, nowMs } = this.#context;
    return Segment.open(disk, directory, base, settings.indexIntervalBytes, nowMs);
  }
}

function copyTail(disk: Disk, from: DiskFile, start: number, path: string): void {
  const to = disk.open(path, true);
  try {
    const size = from.size();
    for (let at = start; at < size; at += copyBytes) {
      to.write(at - start, from.read(at, Math.min(copyBytes, size - at)));
    }
  } finally {
    to.close();
  }
}

/** As after a truncation, what comes goes into a file of its own: see Segments.truncateTo. */
function startBehindCut(context: OpenContext, segments: Segment[]): void {
  const last = segments[segments.length - 1];
  if (last === undefined) return;
  if (last.size > 0) {
    const name = offsetFileName(last.baseOffset, 'index');
    context.durability.put(name, last.index.encode(last));
  } else removeSegment(context, segments.pop() as Segment);
  segments.push(createSegment(context, last.endOffset));
}

function createSegment(context: OpenContext, base: Offset): Segment {
  const { disk, directory, durability, settings, nowMs } = context;
  durability.entriesChanged();
  return Segment.open(disk, directory, base, settings.indexIntervalBytes, nowMs);
}

function removeSegment(context: OpenContext, segment: Segment): void {
  segment.retire();
  context.durability.remove(offsetFileName(segment.baseOffset, 'log'));
  context.durability.remove(offsetFileName(segment.baseOffset, 'index'));
}
