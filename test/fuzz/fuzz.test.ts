import { describe, expect, it } from 'vitest';
import { SimRandom } from '../../src/sim/random.ts';
import { ServedCluster } from '../cli/served-cluster.ts';
import { FrameSource } from './frames.ts';
import { fuzz } from './run.ts';

describe('frames that hurt', () => {
  it('are the same for the same seed, and others for another', () => {
    const framesOf = (seed: string): string => {
      const source = new FrameSource(new SimRandom(seed, '').stream('frames'));
      return Array.from({ length: 50 }, () => Buffer.from(source.next().bytes))
        .map((bytes) => bytes.toString('hex'))
        .join();
    };
    expect(framesOf('a')).toBe(framesOf('a'));
    expect(framesOf('a')).not.toBe(framesOf('b'));
  });
});

describe('a real cluster under mutated frames', () => {
  it('serves on, with no bug in its log', async () => {
    const cluster = await ServedCluster.start();
    try {
      const options = { frames: 4000, seed: 'in short', withinMs: 20_000, say: () => {} };
      const result = await fuzz(cluster, options);
      expect(result.problems).toEqual([]);
      expect(result.outcomes.answered).toBeGreaterThan(500);
    } finally {
      await cluster.remove();
    }
  }, 180_000);
});
