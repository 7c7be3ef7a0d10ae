import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { untilReady } from '../../src/cli/readiness.ts';
import { FilesCluster } from '../real/files-cluster.ts';

let cluster: FilesCluster;

beforeAll(async () => {
  cluster = await FilesCluster.start();
}, 60_000);

afterAll(() => cluster.remove(), 60_000);

describe('readiness', () => {
  it('is each broker’s own answer', async () => {
    expect(await untilReady(cluster.clusterId, cluster.brokers, () => false)).toBe(true);
    await cluster.stop(3);
    let asked = 0;
    expect(await untilReady(cluster.clusterId, cluster.brokers, () => asked++ > 5)).toBe(false);
    cluster.start(3);
    expect(await untilReady(cluster.clusterId, cluster.brokers, () => false)).toBe(true);
  }, 60_000);

  it('is not what another cluster answers on the same ports', async () => {
    let asked = 0;
    expect(await untilReady('another-cluster-id-xxx', cluster.brokers, () => asked++ > 8)).toBe(
      false,
    );
  }, 30_000);
});
