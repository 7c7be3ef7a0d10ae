/**
 * What follows where files contradict the mark of the last clean shutdown: each finding is a line
 * in the log; a node that may not go on without a file refuses; replicas and checkpoints concerned
 * are suspects, which their owners read anew or pass over.
 */
import { mark } from '../../base/mark.ts';
import type { Host } from '../../host/host.ts';
import type { NodeConfig } from '../config.ts';
import { pathIn } from '../log/durable-file.ts';
import { isPromise, lostPromise, moveQuorumAside } from '../raft/quorum-directory.ts';
import { quorumDirectoryName } from '../raft/quorum-settings.ts';
import { RefusalError } from '../refusal.ts';
import type { Suspects } from '../replication/replica-store.ts';
import type { Finding } from './clean-shutdown.ts';
import { identityFileName } from './identity.ts';

/** Throws a RefusalError. */
export function heedFindings(
  host: Host,
  config: NodeConfig,
  findings: readonly Finding[],
): Suspects {
  const { dataDirectory, roles } = config;
  for (const { path, problem } of findings) {
    mark('clean-shutdown-contradicted');
    host.log('warn', `${pathIn(dataDirectory, path)} ${problem} since the last clean shutdown`);
  }
  for (const { path, problem } of findings) {
    const where = pathIn(dataDirectory, path);
    if (path === identityFileName) {
      throw new RefusalError(`${where} ${problem} since the last clean shutdown: restore it`);
    }
    if (roles.controller && isPromise(path)) throw lostPromise(where, problem);
  }
  const names = (some: readonly Finding[]): ReadonlySet<string> =>
    new Set(some.map(({ path }) => path.split('/')[0] as string));
  const changed = names(findings);
  if (changed.has(quorumDirectoryName) && !roles.controller) {
    const to = moveQuorumAside(host.disk, dataDirectory);
    host.log('warn', `the metadata is fetched anew; what was there is kept as ${to}`);
  }
  return { changed, altered: names(findings.filter(({ path }) => holdsRecords(path))) };
}

/** Whether more than what can be made anew from the records is concerned. */
const holdsRecords = (path: string): boolean => !/\.(index|snapshot)$|-checkpoint$/.test(path);
