/**
 * The files of a data directory on which the next process relies: the identity, the checkpoints,
 * the quorum's log and election, and the replicas. Files that anybody else keeps there are none.
 */
import { type Disk, DiskError } from '../../host/disk.ts';
import { pathIn } from '../log/durable-file.ts';
import { type Fingerprint, fingerprint } from '../log/fingerprint.ts';
import { isLogFile } from '../log/names.ts';
import { quorumDirectoryName, quorumStateName } from '../raft/quorum-settings.ts';
import { highWatermarkCheckpoint, recoveryPointCheckpoint } from '../replication/checkpoints.ts';
import { kindOfDirectory, partitionMetadataName } from '../replication/replica-directory.ts';
import { identityFileName } from './identity.ts';

/** Paths from the data directory on, sorted within each directory. Throws a DiskError. */
export function dataFiles(disk: Disk, directory: string): string[] {
  const found = [identityFileName, highWatermarkCheckpoint, recoveryPointCheckpoint].filter(
    (name) => disk.exists(pathIn(directory, name)),
  );
  for (const name of disk.list(directory)) {
    const isOurs =
      name === quorumDirectoryName || kindOfDirectory(disk, directory, name).kind === 'replica';
    if (!isOurs) continue;
    for (const file of disk.list(pathIn(directory, name))) {
      if (isReliedOn(file)) found.push(`${name}/${file}`);
    }
  }
  return found;
}

const isReliedOn = (name: string): boolean =>
  isLogFile(name) || name === partitionMetadataName || name === quorumStateName;

/** Null where there is no such file; a directory in its place is none. Throws a DiskError. */
export function fingerprintOf(disk: Disk, path: string): Fingerprint | null {
  try {
    return fingerprint(disk, path);
  } catch (error) {
    if (error instanceof DiskError && error.code === 'EISDIR') return null;
    throw error;
  }
}
