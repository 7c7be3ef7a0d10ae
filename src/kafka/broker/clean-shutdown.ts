/**
 * The mark of a clean shutdown, `.kafka_cleanshutdown`: written last, once every log is flushed and
 * closed; read and removed first, before any log is opened. While a process runs there is no mark,
 * so any other end than a clean one leaves none. The broker epoch in it goes into the next
 * registration: by it the controller knows that this replica lost nothing (KIP-966).
 *
 * It names every file that was there, with length and checksum. What has been cut, emptied,
 * deleted, exchanged or put back from an older copy since then contradicts it, and a shutdown whose
 * files are not as it left them does not count as clean.
 */
import type { BrokerEpoch } from '../../base/ids.ts';
import type { Disk } from '../../host/disk.ts';
import { checkedLine, pathIn, readText, withChecksum, writeText } from '../log/durable-file.ts';
import type { Fingerprint } from '../log/fingerprint.ts';
import { dataFiles, fingerprintOf } from './data-files.ts';
import { type BrokerRules, kafkaBrokerRules } from './rules.ts';

/** What contradicts the mark in one file. */
export interface Finding {
  /** From the data directory on. */
  readonly path: string;
  readonly problem: string;
}

export interface FormerShutdown {
  /** There is a mark, and no file contradicts it. */
  readonly clean: boolean;
  /** Of the registration under which it shut down; −1 when there is no mark. */
  readonly brokerEpoch: BrokerEpoch;
  /** Null without a mark, which leaves nothing to compare with. */
  readonly findings: readonly Finding[] | null;
}

export const noMark: FormerShutdown = { clean: false, brokerEpoch: -1, findings: null };

const fileName = '.kafka_cleanshutdown';
const fileVersion = 0;

/** How the last incarnation ended. Changes nothing; throws a DiskError. */
export function readFormerShutdown(
  disk: Disk,
  directory: string,
  rules: BrokerRules = kafkaBrokerRules,
): FormerShutdown {
  const text = readText(disk, pathIn(directory, fileName));
  const mark = text === null ? null : parseMark(text);
  if (mark === null) return noMark;
  const findings = rules.contradictions(compare(disk, directory, mark.files));
  return { clean: findings.length === 0, brokerEpoch: mark.brokerEpoch, findings };
}

/** The mark is durably gone when the promise resolves. */
export async function removeCleanShutdownMark(disk: Disk, directory: string): Promise<void> {
  const path = pathIn(directory, fileName);
  if (!disk.exists(path)) return;
  disk.remove(path);
  await disk.syncDirectory(directory);
}

export async function writeCleanShutdownMark(
  disk: Disk,
  directory: string,
  brokerEpoch: BrokerEpoch,
): Promise<void> {
  const files = dataFiles(disk, directory).flatMap((path): FileRow[] => {
    const file = fingerprintOf(disk, pathIn(directory, path));
    return file === null ? [] : [[path, file.length, file.checksum]];
  });
  const mark = JSON.stringify({ version: fileVersion, brokerEpoch, files });
  await writeText(disk, directory, fileName, withChecksum(mark));
}

type FileRow = readonly [path: string, length: number, checksum: number];

interface Mark {
  readonly brokerEpoch: BrokerEpoch;
  readonly files: readonly FileRow[];
}

function compare(disk: Disk, directory: string, marked: readonly FileRow[]): Finding[] {
  const findings: Finding[] = [];
  const missing = new Set<string>();
  for (const [path, length, checksum] of marked) {
    const parent = path.slice(0, Math.max(0, path.indexOf('/')));
    if (parent !== '' && !disk.exists(pathIn(directory, parent))) missing.add(parent);
    else {
      const file = fingerprintOf(disk, pathIn(directory, path));
      const problem = problemOf(file, length, checksum);
      if (problem !== null) findings.push({ path, problem });
    }
  }
  for (const path of missing) findings.push({ path, problem: 'is missing, with all in it' });
  const known = new Set(marked.map(([path]) => path));
  for (const path of dataFiles(disk, directory)) {
    if (!known.has(path)) findings.push({ path, problem: 'was not there before' });
  }
  return findings;
}

function problemOf(file: Fingerprint | null, length: number, checksum: number): string | null {
  if (file === null) return `is missing (${length} bytes)`;
  if (file.length !== length) return `has ${file.length} bytes instead of ${length}`;
  return file.checksum === checksum ? null : `has other bytes than before (${length} of them)`;
}

/** A mark that cannot be read proves nothing. */
function parseMark(text: string): Mark | null {
  const line = checkedLine(text);
  if (line === null) return null;
  const { version, brokerEpoch, files } = JSON.parse(line);
  return version === fileVersion ? { brokerEpoch, files } : null;
}
