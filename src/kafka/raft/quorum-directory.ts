/**
 * The quorum's directory as a node finds it. What a voter has acknowledged must never be missing:
 * it would vote, or let itself be elected, without what others rely on it to have. A voter that has
 * lost some of it refuses to start and changes nothing; how it can come back is its operator's to
 * choose. An observer promises nothing and fetches all anew.
 */
import { type Offset, zeroUuid } from '../../base/ids.ts';
import type { Disk } from '../../host/disk.ts';
import { pathIn } from '../log/durable-file.ts';
import { Log } from '../log/log.ts';
import { freeName } from '../log/names.ts';
import { RefusalError } from '../refusal.ts';
import type { QuorumOptions } from './quorum.ts';
import { metadataLogSettings, quorumDirectoryName, quorumStateName } from './quorum-settings.ts';
import { kafkaRaftRules } from './rules.ts';
import { metadataTopic } from './wire.ts';

/** Whether what a voter has promised stands in a file of the quorum's directory. */
export function isPromise(path: string): boolean {
  if (path === quorumDirectoryName) return true;
  const isState = path === `${quorumDirectoryName}/${quorumStateName}`;
  return isState || (path.startsWith(`${quorumDirectoryName}/`) && path.endsWith('.log'));
}

export function lostPromise(path: string, problem: string): RefusalError {
  return new RefusalError(
    `${path} ${problem}: without what was in it this voter of the quorum could undo what others ` +
      'rely on. Restore it as it was; or, if the other brokers are well, give this node an empty ' +
      'directory: it then joins as on a new disk, and fetches all from them',
  );
}

export const missingElection = (path: string): RefusalError => lostPromise(path, 'is missing');

/**
 * `durableOffset`: up to where the log was committed and durable when the election was last
 * written. Throws a RefusalError where it ends below.
 */
export function openMetadataLog(
  options: QuorumOptions,
  directory: string,
  durableOffset: Offset,
): Log {
  const { config, host, observe } = options;
  const log = Log.open({
    disk: host.disk,
    directory,
    settings: metadataLogSettings,
    cleanShutdown: false,
    recoveryPoint: durableOffset,
    verifiesAll: true,
    wallMs: () => host.clock.wallMs(),
    replica: { node: config.nodeId, topicId: zeroUuid, partition: `${metadataTopic}-0` },
    observe,
    report: (finding) => host.log('warn', finding),
  });
  const rules = options.rules ?? kafkaRaftRules;
  const isWhole = rules.hasWhatItVouchedFor(log.logEndOffset, durableOffset);
  if (!isWhole && config.roles.controller) {
    const problem = `ends at offset ${log.logEndOffset}, though ${durableOffset} were committed`;
    throw lostPromise(directory, problem);
  }
  return log;
}

/** An observer's directory is moved out of the way; its new name. */
export function moveQuorumAside(disk: Disk, dataDirectory: string): string {
  const path = pathIn(dataDirectory, quorumDirectoryName);
  const to = freeName(disk, path, '.damaged');
  if (disk.exists(path)) disk.rename(path, to);
  return to;
}
