/**
 * Features of a cluster whose nodes must agree (KIP-584): which levels this software speaks, and
 * which one the metadata log has set. Only what is done here is named: no groups, no transactions,
 * no quorum that changes its voters.
 */

export interface FeatureRange {
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** 25 is 4.0-IV3; eligible leader replicas (KIP-966) are a feature of their own. */
export const metadataVersion = 25;

export const supportedFeatures: readonly FeatureRange[] = [
  { name: 'eligible.leader.replicas.version', minVersion: 0, maxVersion: 1 },
  { name: 'kraft.version', minVersion: 0, maxVersion: 0 },
  { name: 'metadata.version', minVersion: metadataVersion, maxVersion: metadataVersion },
];
