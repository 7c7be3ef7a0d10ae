import { describe, expect, it } from 'vitest';
import type {
  ControllerChannel,
  OnControllerResponse,
} from '../../../src/kafka/broker/controller-channel.ts';
import { BrokerLifecycle } from '../../../src/kafka/broker/lifecycle.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import type { Api } from '../../../src/kafka/protocol/schema.ts';
import { configOf } from './ask.ts';
import { FakeHost } from './fake-host.ts';

interface Sent {
  readonly name: string;
  readonly body: Record<string, unknown>;
  readonly atMs: number;
  readonly answer: (body: object) => void;
  readonly expire: () => void;
}

const registered = { throttleTimeMs: 0, errorCode: 0, brokerEpoch: 70 };
const beat = (changes: object = {}) => ({
  throttleTimeMs: 0,
  errorCode: 0,
  isCaughtUp: true,
  isFenced: false,
  shouldShutDown: false,
  ...changes,
});

function aBroker(previousBrokerEpoch = -1) {
  const fake = new FakeHost();
  const sent: Sent[] = [];
  const events: string[] = [];
  const channel = {
    send: (
      api: Api,
      _version: number,
      body: Record<string, unknown>,
      _us: number,
      done: OnControllerResponse<Api>,
    ) => {
      sent.push({
        name: api.name,
        body,
        atMs: fake.nowUs / 1000,
        answer: (answer) => done(answer, null),
        expire: () => done(null, 'expired'),
      });
    },
  } as unknown as ControllerChannel;
  const lifecycle = new BrokerLifecycle({
    host: fake.host,
    config: configOf(1),
    channel,
    directoryId: 'dddddddddddddddddddddA',
    previousBrokerEpoch: () => previousBrokerEpoch,
    currentMetadataOffset: () => 88,
    onCaughtUp: () => events.push('caught up'),
    onRegistrationTimeout: () => events.push('registration timeout'),
  });
  lifecycle.start();
  const last = (): Sent => {
    const request = sent.at(-1);
    if (request === undefined) throw new Error('nothing was sent');
    return request;
  };
  return { fake, sent, events, lifecycle, last };
}

type Broker = ReturnType<typeof aBroker>;

/** Registers, catches up, is unfenced. */
function aRunningBroker(): Broker {
  const broker = aBroker();
  broker.last().answer(registered);
  broker.fake.advance(0);
  broker.last().answer(beat({ isFenced: true }));
  broker.lifecycle.readyToUnfence();
  broker.fake.advance(0);
  broker.last().answer(beat());
  return broker;
}

describe("a broker's life", () => {
  it('registers with what it is and the epoch of its clean shutdown', () => {
    const { last } = aBroker(44);
    expect(last()).toMatchObject({
      name: 'BrokerRegistration',
      body: {
        brokerId: 1,
        previousBrokerEpoch: 44,
        logDirs: ['dddddddddddddddddddddA'],
        listeners: [{ name: 'PLAINTEXT', host: 'm1', port: 9092, securityProtocol: 0 }],
      },
    });
  });

  it('asks to stay fenced until its node is ready, then to be unfenced at once', () => {
    const { last, fake, events, lifecycle } = aBroker();
    last().answer(registered);
    fake.advance(0);
    expect(last().body).toEqual({
      brokerId: 1,
      brokerEpoch: 70,
      currentMetadataOffset: 88,
      wantFence: true,
      wantShutDown: false,
    });
    last().answer(beat({ isCaughtUp: false, isFenced: true }));
    expect(events).toEqual([]);
    fake.advance(10);
    last().answer(beat({ isFenced: true }));
    expect(events).toEqual(['caught up']);
    const before = fake.nowUs;
    lifecycle.readyToUnfence();
    fake.advance(0);
    expect(last().body).toMatchObject({ wantFence: false });
    expect(fake.nowUs).toBe(before);
    last().answer(beat());
    expect(lifecycle.state).toBe('running');
  });

  it('sends heartbeats at their interval', () => {
    const { sent, fake, last } = aRunningBroker();
    const count = sent.length;
    for (let i = 0; i < 3; i++) {
      fake.advance(2000);
      last().answer(beat());
    }
    expect(sent.length).toBe(count + 3);
  });

  it('has one request in flight, and follows it at once with one that could not wait', () => {
    const { sent, fake, last, lifecycle } = aRunningBroker();
    fake.advance(2000);
    const count = sent.length;
    lifecycle.drain(() => {});
    fake.advance(100);
    expect(sent.length).toBe(count);
    last().answer(beat());
    fake.advance(0);
    expect(sent.length).toBe(count + 1);
    expect(last().body).toMatchObject({ wantShutDown: true });
  });

  it('tries again after errors, later each time, but never later than a heartbeat', () => {
    const { sent, fake, last } = aBroker();
    for (let i = 0; i < 7; i++) {
      if (i % 2 === 0) last().expire();
      else last().answer({ ...registered, errorCode: errorCode.duplicateBrokerRegistration });
      fake.advance(2000);
    }
    const gaps = sent.slice(1).map((one, i) => one.atMs - (sent[i]?.atMs ?? 0));
    expect(gaps[0]).toBe(100);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(4000);
    expect(sent.length).toBe(8);
    last().answer(registered);
    fake.advance(0);
    expect(last().name).toBe('BrokerHeartbeat');
  });

  it('gives up when nobody registers it in time', () => {
    const { events, fake } = aBroker();
    fake.advance(59_999);
    expect(events).toEqual([]);
    fake.advance(1);
    expect(events).toEqual(['registration timeout']);
  });

  it('registers anew when another registration has taken the place of its own', () => {
    const { fake, last, lifecycle } = aRunningBroker();
    fake.advance(2000);
    last().answer(beat({ errorCode: errorCode.staleBrokerEpoch }));
    expect(lifecycle.brokerEpoch).toBe(70);
    fake.advance(2000);
    expect(last()).toMatchObject({ name: 'BrokerRegistration', body: { previousBrokerEpoch: -1 } });
    last().answer({ ...registered, brokerEpoch: 99 });
    fake.advance(0);
    expect(last()).toMatchObject({
      name: 'BrokerHeartbeat',
      body: { brokerEpoch: 99, wantFence: false },
    });
  });

  it('drains: asks to shut down until the controller lets go, then says nothing more', () => {
    const { sent, fake, last, lifecycle } = aRunningBroker();
    let drained = false;
    lifecycle.drain(() => {
      drained = true;
    });
    fake.advance(0);
    expect(last().body).toMatchObject({ wantShutDown: true });
    last().answer(beat());
    fake.advance(50);
    expect(last().body).toMatchObject({ wantShutDown: true });
    expect(drained).toBe(false);
    last().answer(beat({ shouldShutDown: true }));
    expect(drained).toBe(true);
    const count = sent.length;
    fake.advance(60_000);
    expect(sent.length).toBe(count);
  });

  it('has nothing to drain before it was unfenced', () => {
    const { lifecycle } = aBroker();
    let drained = false;
    lifecycle.drain(() => {
      drained = true;
    });
    expect(drained).toBe(true);
  });
});
