import { describe, expect, it } from 'vitest';
import { brokerHeartbeat } from '../../../src/kafka/controller/heartbeat.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { type BrokerLook, cluster, type PartitionLook } from './fixtures.ts';

interface Beat {
  readonly broker?: Partial<BrokerLook>;
  readonly epoch?: number;
  readonly offset?: number;
  readonly wantFence?: boolean;
  readonly wantShutDown?: boolean;
  readonly shutdownOffset?: number;
  readonly lowestActiveOffset?: number;
  readonly partition?: PartitionLook;
}

function beat(look: Beat) {
  const context = cluster({
    brokers: [{ id: 1, ...look.broker }, { id: 2 }, { id: 3 }],
    partitions: [look.partition ?? {}],
  });
  const { records, response, next } = brokerHeartbeat(
    {
      image: context.image,
      settings: context.settings,
      rules: context.rules,
      controlledShutdownOffset: look.shutdownOffset ?? -1,
      lowestActiveOffset: look.lowestActiveOffset ?? 0,
    },
    {
      brokerId: 1,
      brokerEpoch: look.epoch ?? 101,
      currentMetadataOffset: look.offset ?? 50,
      wantFence: look.wantFence ?? false,
      wantShutDown: look.wantShutDown ?? false,
      offlineLogDirs: [],
      cordonedLogDirs: null,
    },
  );
  context.apply(records);
  return { next, response, records, context, broker: context.image.brokers.get(1) };
}

describe('a heartbeat', () => {
  it('of another epoch is stale and touches nothing', () => {
    expect(beat({ epoch: 100 })).toMatchObject({
      response: { errorCode: errorCode.staleBrokerEpoch },
      next: null,
      records: [],
    });
  });

  it('of an unfenced broker changes nothing', () => {
    expect(beat({})).toMatchObject({
      next: 'unfenced',
      records: [],
      response: { isFenced: false, isCaughtUp: true, shouldShutDown: false },
    });
  });

  it('fences a broker that asks for it', () => {
    const { context, broker, response } = beat({ wantFence: true });
    expect(response.isFenced).toBe(true);
    expect(broker?.fenced).toBe(true);
    expect(context.partition()).toMatchObject({ isr: [2, 3], leader: 2 });
  });
});

describe('a fenced broker', () => {
  const fenced = { fenced: true };
  const offline: PartitionLook = { isr: [], elr: [1], leader: -1, lastKnownElr: [1] };

  it('is unfenced once it has applied its own registration, and gets the partitions that wait for it', () => {
    // Broker 1's registration is the first record of the fixture's log.
    const { broker, context, response } = beat({ broker: fenced, offset: 0, partition: offline });
    expect(response).toMatchObject({ isFenced: false, isCaughtUp: true });
    expect(broker?.fenced).toBe(false);
    expect(context.partition()).toMatchObject({ leader: 1, isr: [1], elr: [] });
  });

  it('stays fenced while it lags behind, or wants to', () => {
    expect(beat({ broker: fenced, offset: -1 })).toMatchObject({
      next: 'fenced',
      records: [],
      response: { isFenced: true, isCaughtUp: false },
    });
    expect(beat({ broker: fenced, wantFence: true })).toMatchObject({
      next: 'fenced',
      records: [],
      response: { isFenced: true, isCaughtUp: true },
    });
  });

  it('may shut down at once', () => {
    expect(beat({ broker: fenced, wantShutDown: true })).toMatchObject({
      next: 'shut-down',
      records: [],
      response: { isFenced: true, shouldShutDown: true },
    });
  });

  it('that was the last known leader is elected as it comes back, and recovers', () => {
    const partition = { ...offline, elr: [] };
    expect(beat({ broker: fenced, partition }).context.partition()).toMatchObject({
      leader: 1,
      recovering: true,
    });
  });
});

describe('controlled shutdown', () => {
  it('moves leaderships away before the broker may go', () => {
    const { broker, context, next, response } = beat({ wantShutDown: true });
    expect(next).toBe('controlled-shutdown');
    expect(response).toMatchObject({ shouldShutDown: false, isFenced: false });
    expect(broker).toMatchObject({ inControlledShutdown: true, fenced: false });
    expect(context.partition()).toMatchObject({ leader: 2, isr: [2, 3] });
  });

  it('is over at once for a broker that leads nothing', () => {
    const { broker, context, response } = beat({ wantShutDown: true, partition: { leader: 2 } });
    expect(response).toMatchObject({ shouldShutDown: true, isFenced: true });
    expect(broker?.fenced).toBe(true);
    expect(context.partition().isr).toEqual([2, 3]);
  });

  const leaving: Beat = {
    broker: { inControlledShutdown: true },
    wantShutDown: true,
    shutdownOffset: 40,
    partition: { leader: 2, isr: [2, 3] },
  };

  it('waits until all active brokers have applied what moved the leaderships', () => {
    expect(beat({ ...leaving, lowestActiveOffset: 39 })).toMatchObject({
      next: 'controlled-shutdown',
      records: [],
      response: { shouldShutDown: false },
    });
    const done = beat({ ...leaving, lowestActiveOffset: 40 });
    expect(done).toMatchObject({ next: 'shut-down', response: { shouldShutDown: true } });
    expect(done.broker?.fenced).toBe(true);
  });

  it('waits while the broker leads', () => {
    const partition = { leader: 1, isr: [1] };
    expect(beat({ ...leaving, partition, lowestActiveOffset: 99 }).response.shouldShutDown).toBe(
      false,
    );
  });
});
