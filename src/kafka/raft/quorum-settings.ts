/** What a node's configuration says to its quorum. */
import { msToMicros } from '../../base/time.ts';
import { defaultTopicSettings, type NodeConfig, type TopicSettings } from '../config.ts';
import { pathIn } from '../log/durable-file.ts';
import type { RaftTiming } from './core.ts';
import { maxBatchBytes } from './metadata-log.ts';
import { metadataTopic } from './wire.ts';

/** Kafka's own, not a setting there either. */
const fetchMaxWaitMs = 500;

/** Nothing of it may ever be deleted: there are no snapshots to make up for it. */
export const metadataLogSettings: TopicSettings = {
  ...defaultTopicSettings,
  maxMessageBytes: maxBatchBytes,
  retentionMs: -1,
  retentionBytes: -1,
};

/** The quorum's directory in a data directory, and its election in there. */
export const quorumDirectoryName = `${metadataTopic}-0`;
export const quorumStateName = 'quorum-state';

export function metadataDirectory(config: NodeConfig): string {
  return pathIn(config.dataDirectory, quorumDirectoryName);
}

export function timingOf({ settings }: NodeConfig): RaftTiming {
  return {
    electionTimeoutUs: msToMicros(settings.controllerQuorumElectionTimeoutMs),
    electionBackoffMaxUs: msToMicros(settings.controllerQuorumElectionBackoffMaxMs),
    fetchTimeoutUs: msToMicros(settings.controllerQuorumFetchTimeoutMs),
    retryBackoffUs: msToMicros(settings.controllerQuorumRetryBackoffMs),
    appendLingerUs: msToMicros(settings.controllerQuorumAppendLingerMs),
    fetchMaxWaitUs: msToMicros(fetchMaxWaitMs),
    fetchMaxBytes: maxBatchBytes,
  };
}
