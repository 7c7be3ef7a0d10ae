/** Settings of topics that a seed may draw, for new topics and as changes of those there are. */
import { drawOne } from '../../base/draw.ts';
import type { RandomStream } from '../../host/random.ts';
import type { Configs, StageTopic } from './stage.ts';

/** Null: the default again. */
const choices: Readonly<Record<string, readonly (string | null)[]>> = {
  'retention.ms': ['5000', '3600000', null],
  'retention.bytes': ['20000', null],
  'segment.ms': ['1000', '10000', null],
  'segment.bytes': ['1048576', '16777216', null],
  'index.interval.bytes': ['1', '256', null],
  'flush.messages': ['1', '10', null],
  'flush.ms': ['100', '2000', null],
  'max.message.bytes': ['1048588', '100000', null],
  'compression.type': ['producer', 'gzip', 'snappy', 'lz4', 'zstd', 'uncompressed', null],
  'message.timestamp.type': ['CreateTime', 'LogAppendTime', null],
};

const names = Object.keys(choices);

/** At most so many, by their names. */
export function drawnConfigs(random: RandomStream, most: number): Configs {
  const configs: Record<string, string> = {};
  const count = random.int(most + 1);
  for (let i = 0; i < count; i++) {
    const name = drawOne(names, random);
    const value = drawOne(choices[name]!, random);
    if (value !== null) configs[name] = value;
  }
  return configs;
}

/** One or two; `min.insync.replicas` never below `copies`, by which the trial goes. */
export function drawnChange(
  random: RandomStream,
  { replicationFactor }: StageTopic,
  copies: number,
): Record<string, string | null> {
  if (random.int(4) === 0) {
    const minInsync = copies + random.int(Math.max(1, replicationFactor - copies + 1));
    return { 'min.insync.replicas': String(minInsync) };
  }
  const configs: Record<string, string | null> = {};
  for (let i = 1 + random.int(2); i > 0; i--) {
    const name = drawOne(names, random);
    configs[name] = drawOne(choices[name]!, random);
  }
  return configs;
}
