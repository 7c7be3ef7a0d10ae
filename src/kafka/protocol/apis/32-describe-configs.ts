/**
 * DescribeConfigs: settings of topics (resource type 2), brokers (4) and others. Versions 1–4.
 * - 1: synonyms and where a value comes from
 * - 3: type and documentation
 * - 4: flexible
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOf, arrayOfStructs, bool, defineApi, int8, int16, int32, string } from '../schema.ts';

export const describeConfigsApi = defineApi({
  key: 32,
  name: 'DescribeConfigs',
  versions: [1, 4],
  flexibleFrom: 4,
  request: {
    resources: arrayOfStructs({
      resourceType: int8(),
      resourceName: string(),
      configurationKeys: arrayOf(string(), { nullable: true }),
    }),
    includeSynonyms: bool({ default: false }),
    includeDocumentation: bool({ since: 3, default: false }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: arrayOfStructs({
      errorCode: int16(),
      errorMessage: string({ nullable: true }),
      resourceType: int8(),
      resourceName: string(),
      configs: arrayOfStructs({
        name: string(),
        value: string({ nullable: true }),
        readOnly: bool(),
        configSource: int8({ default: -1 }),
        isSensitive: bool(),
        synonyms: arrayOfStructs(
          {
            name: string(),
            value: string({ nullable: true }),
            source: int8(),
          },
          { default: [] },
        ),
        configType: int8({ since: 3, default: 0 }),
        documentation: string({ since: 3, nullable: true }),
      }),
    }),
  },
});

export type DescribeConfigsRequest = RequestOf<typeof describeConfigsApi>;
export type DescribeConfigsResponse = ResponseOf<typeof describeConfigsApi>;
