/**
 * Whatever a peer sends to a broker or a controller is answered, or its connection closes, or it
 * waits for what it asked to wait for; and the next valid request is answered. A bug that a request
 * brings to light fails the world (`cluster.ts`).
 */
import { describe, expect, it } from 'vitest';
import { metadataApi } from '../../../src/kafka/protocol/apis/03-metadata.ts';
import { SimRandom } from '../../../src/sim/random.ts';
import { FrameSource, fuzzTopics } from '../../fuzz/frames.ts';
import { TestCluster } from './cluster.ts';

const frames = 5000;
const perBatch = 250;

describe('a cluster under mutated frames', () => {
  it('answers the next valid request, whatever came before', async () => {
    const cluster = new TestCluster({ brokers: [1], seed: 'mutated-frames' });
    await cluster.allBrokersLive();
    await cluster.createTopic('canary', 1, 1);
    const source = new FrameSource(new SimRandom('mutated-frames', '').stream('frames'));
    const counts = { answered: 0, closed: 0, waiting: 0 };
    for (let sent = 0; sent < frames; sent += perBatch) {
      for (let i = 0; i < perBatch; i++) {
        const { bytes } = source.next();
        counts[await cluster.provoke(1, i % 2 === 0 ? 'broker' : 'controller', bytes)]++;
      }
      const { topics } = await cluster.metadata(1, ['canary']);
      expect(topics[0]?.errorCode).toBe(0);
      const produced = await cluster.produce(1, 'canary', 0, [`after ${sent}`]);
      expect(produced.errorCode).toBe(0);
      const known = await cluster.call(1, metadataApi, 12, { topics: null });
      const others = known.topics.filter(({ name }) => name !== 'canary');
      source.topicIds = others.map(({ topicId }) => topicId);
      if (sent % 2000 === 0) await cluster.deleteTopics(others.map(({ name }) => name ?? ''));
    }
    expect(counts.answered).toBeGreaterThan(frames / 5);
    expect(counts.closed).toBeGreaterThan(frames / 5);
    expect(cluster.exits).toEqual([]);
    expect(fuzzTopics.length).toBeGreaterThan(0);
  });
});
