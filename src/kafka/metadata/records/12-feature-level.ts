/** FeatureLevel: the finalized level of a feature; the log of a new cluster begins with these. */
import { defineRecord, type RecordOf } from '../../protocol/record-schema.ts';
import { int16, string } from '../../protocol/schema.ts';

export const featureLevelRecord = defineRecord({
  key: 12,
  name: 'FeatureLevelRecord',
  versions: [0, 0],
  fields: { name: string(), featureLevel: int16() },
});

export type FeatureLevelRecord = RecordOf<typeof featureLevelRecord>;
