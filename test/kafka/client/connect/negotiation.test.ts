import { describe, expect, it } from 'vitest';
import { produceApi } from '../../../../src/kafka/protocol/apis/00-produce.ts';
import { fetchApi } from '../../../../src/kafka/protocol/apis/01-fetch.ts';
import { apiVersionsApi } from '../../../../src/kafka/protocol/apis/18-api-versions.ts';
import { errorCode } from '../../../../src/kafka/protocol/errors.ts';
import { isRequestOf } from '../../../../src/kafka/rpc/request.ts';
import { FakeCluster } from '../fake-cluster.ts';
import { ProducerLab } from '../produce/producer-lab.ts';

describe('the versions of requests', () => {
  it('are the newest that both sides speak', async () => {
    const lab = await ProducerLab.open({});
    await lab.warmUp();
    expect(lab.cluster.seen(produceApi)[0]?.version).toBe(produceApi.maxVersion);
  });

  it.each([3, 8, 9, 12])('go down to Produce %i', async (version) => {
    const lab = await ProducerLab.open({});
    lab.cluster.maxVersions.set(produceApi.key, version);
    await lab.warmUp();
    expect(lab.cluster.seen(produceApi)[0]?.version).toBe(version);
  });

  it.each([4, 11, 12])('go down to Fetch %i', async (version) => {
    const cluster = new FakeCluster();
    cluster.addTopic('t', 1);
    cluster.maxVersions.set(fetchApi.key, version);
    await cluster.client((client) => {
      client.consumer().assign([{ topic: 't', partition: 0, from: 0 }]);
    });
    await cluster.runFor(100);
    expect(cluster.seen(fetchApi)[0]?.version).toBe(version);
  });

  it('that do not meet fail the send', async () => {
    const lab = await ProducerLab.open({});
    lab.cluster.maxVersions.set(produceApi.key, 2);
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(1000);
    expect(lab.outcomes).toEqual(['failed unsupported-version']);
  });

  it('are asked for again, in version 0, of a broker that does not know the question', async () => {
    const lab = await ProducerLab.open({});
    lab.cluster.intercept = (request) => {
      if (!isRequestOf(request, apiVersionsApi) || request.version === 0) return false;
      request.respond({ errorCode: errorCode.unsupportedVersion, apiKeys: [] });
      return true;
    };
    await lab.warmUp();
    expect(lab.cluster.seen(apiVersionsApi).map(({ version }) => version)).toContain(0);
  });

  it('are asked for anew when the connection is', async () => {
    const lab = await ProducerLab.open({});
    await lab.warmUp();
    lab.cluster.maxVersions.set(produceApi.key, 9);
    lab.cluster.world.machine('b0').restart();
    await lab.cluster.runFor(100);
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(3000);
    expect(lab.cluster.seen(produceApi).at(-1)?.version).toBe(9);
    expect(lab.outcomes[1]).toMatch(/^ok/);
  });
});

describe('a broker that is away', () => {
  it('is tried again, ever more seldom, and found when it is back', async () => {
    const lab = await ProducerLab.open({});
    await lab.warmUp();
    lab.cluster.world.machine('b0').crash();
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(20_000);
    const attempts = lab.cluster.world.network.link('client', 'b0').segments;
    expect(attempts).toBeLessThan(150);
    lab.cluster.world.machine('b0').restart();
    await lab.cluster.runFor(3000);
    expect(lab.outcomes[1]).toBe('ok 1');
  });
});
