/**
 * What the log of a new cluster begins with: the levels of the features that its records take for
 * granted.
 */
import { metadataVersion } from '../metadata/features.ts';
import type { MetadataImage } from '../metadata/image.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import { noRecords } from './decision.ts';

const levels: readonly (readonly [name: string, level: number])[] = [
  ['metadata.version', metadataVersion],
  ['eligible.leader.replicas.version', 1],
];

export function bootstrapRecords(image: MetadataImage): readonly MetadataRecord[] {
  if (image.features.size > 0) return noRecords;
  return levels.map(
    ([name, featureLevel]): MetadataRecord => ({
      type: 'feature-level',
      body: { name, featureLevel },
    }),
  );
}
