/**
 * What follows where files contradict the mark of the last clean shutdown: each finding is a line
 * in the log; a node that may not go on without a file refuses; replicas and checkpoints concerned
 * are suspects, which their owners read anew or pass over.
 */
import type { Host } from '../../host/host.ts';
import type { NodeConfig } from '../config.ts';
import { pathIn } from '../log/durable-file.ts';
import { isPromise, lostPromise, moveQuorumAside } from '../raft/quorum-directory.ts';
import { quorumDirectoryName } from '../raft/quorum-settings.ts';
import { RefusalError } from '../refusal.ts';
import type { Finding } from './clean-shutdown.ts';
import { identityFileName } from './identity.ts';

/** Names in the data directory that are not as they were. Throws a RefusalError. */
export function heedFindings(
  host: Host,
  config: NodeConfig,
  findings: readonly Finding[],
): ReadonlySet<string> {
  const { dataDirectory, roles } = config;
  for (const { path, problem } of findings) {
    host.log('warn', `${pathIn(dataDirectory, path)} ${problem} since the last clean shutdown`);
  }
  for (const { path, problem } of findings) {
    const where = pathIn(dataDirectory, path);
    if (path === identityFileName) {
      throw new RefusalError(`${where} ${problem} since the last clean shutdown: restore it`);
    }
    if (roles.controller && isPromise(path)) throw lostPromise(where, problem);
  }
  const suspects = new Set(findings.map(({ path }) => path.split('/')[0] as string));
  if (suspects.has(quorumDirectoryName) && !roles.controller) {
    const to = moveQuorumAside(host.disk, dataDirectory);
    host.log('warn', `the metadata is fetched anew; what was there is kept as ${to}`);
  }
  return suspects;
}
