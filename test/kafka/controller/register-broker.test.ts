import { describe, expect, it } from 'vitest';
import { registerBroker } from '../../../src/kafka/controller/register-broker.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { type ClusterLook, cluster, essence, incarnation } from './fixtures.ts';

interface Registration {
  readonly id?: number;
  /** Which process of the broker: 0 is the one already registered. */
  readonly process?: number;
  readonly previousBrokerEpoch?: number;
  readonly clusterId?: string;
  readonly port?: number;
  readonly sessionLives?: boolean;
  readonly look?: ClusterLook;
}

function register(registration: Registration) {
  const id = registration.id ?? 1;
  const context = cluster(registration.look ?? { partitions: [{}] });
  const { records, response } = registerBroker(
    {
      image: context.image,
      settings: context.settings,
      rules: context.rules,
      clusterId: 'c1',
      nextOffset: context.image.appliedOffset + 1,
      hasLiveSession: () => registration.sessionLives ?? false,
    },
    {
      brokerId: id,
      clusterId: registration.clusterId ?? 'c1',
      incarnationId: incarnation(id, registration.process ?? 1),
      listeners: [
        { name: 'PLAINTEXT', host: `b${id}`, port: registration.port ?? 9092, securityProtocol: 0 },
      ],
      features: [],
      rack: null,
      isMigratingZkBroker: false,
      logDirs: [],
      previousBrokerEpoch: registration.previousBrokerEpoch ?? -1,
    },
  );
  context.apply(records);
  return { records, response, context, broker: context.image.brokers.get(id) };
}

describe('registration', () => {
  it('gives the offset of its record as broker epoch, and a fenced broker', () => {
    const { broker, context, response } = register({ id: 4 });
    expect(response).toMatchObject({
      errorCode: errorCode.none,
      brokerEpoch: context.image.appliedOffset,
    });
    expect(broker).toMatchObject({
      epoch: context.image.appliedOffset,
      registrationOffset: context.image.appliedOffset,
      fenced: true,
      host: 'b4',
    });
  });

  it('counts the records that stand before it in its batch', () => {
    const { broker, context, records } = register({ id: 1 });
    expect(records.map(({ type }) => type)).toEqual(['partition-change', 'register-broker']);
    expect(broker?.epoch).toBe(context.image.appliedOffset);
  });

  it('is refused for another cluster, and for the id of a broker whose session lives', () => {
    expect(register({ clusterId: 'c2' }).response.errorCode).toBe(errorCode.inconsistentClusterId);
    const duplicate = register({ sessionLives: true });
    expect(duplicate.response).toMatchObject({
      errorCode: errorCode.duplicateBrokerRegistration,
      brokerEpoch: -1,
    });
    expect(duplicate.records).toEqual([]);
  });

  it('repeated by the same process keeps epoch and state, and writes nothing', () => {
    const { records, response, broker } = register({ process: 0, sessionLives: true });
    expect(records).toEqual([]);
    expect(response).toMatchObject({ errorCode: errorCode.none, brokerEpoch: 101 });
    expect(broker?.fenced).toBe(false);
  });

  it('repeated by the same process from elsewhere amends the record and keeps the epoch', () => {
    const { broker, context, response } = register({ process: 0, port: 9999 });
    expect(response.brokerEpoch).toBe(101);
    expect(broker).toMatchObject({
      epoch: 101,
      port: 9999,
      registrationOffset: context.image.appliedOffset,
    });
  });
});

describe('a broker that registers after a shutdown', () => {
  const alone: ClusterLook = {
    brokers: [
      { id: 1, fenced: true },
      { id: 2, fenced: true },
      { id: 3, fenced: true },
    ],
    partitions: [{ isr: [], elr: [1], leader: -1, lastKnownElr: [1] }],
  };

  it('keeps its place in the ELR when it names the epoch that it ended cleanly', () => {
    const { context } = register({ previousBrokerEpoch: 101, look: alone });
    expect(context.partition()).toMatchObject({ elr: [1], lastKnownElr: [1], leader: -1 });
  });

  it('leaves the ELR when it cannot, and is still the last known leader', () => {
    for (const previousBrokerEpoch of [-1, 99]) {
      const { context } = register({ previousBrokerEpoch, look: alone });
      expect(context.partition()).toMatchObject({
        isr: [],
        elr: [],
        lastKnownElr: [1],
        leader: -1,
      });
    }
  });

  it('unclean leaves the ISR without becoming eligible, and the lead goes to an ELR member', () => {
    const look: ClusterLook = { partitions: [{ isr: [1], elr: [2], leader: 1 }] };
    expect(register({ look }).context.partition()).toMatchObject({
      isr: [2],
      elr: [],
      leader: 2,
      leaderEpoch: 6,
    });
  });

  it('cleanly leaves the ISR like a fenced one, and stays eligible', () => {
    const look: ClusterLook = { partitions: [{ isr: [1, 2], leader: 1 }] };
    const { context } = register({ previousBrokerEpoch: 101, look });
    expect(context.partition()).toMatchObject({ isr: [2], elr: [1], leader: 2 });
    expect(register({ look }).context.partition()).toMatchObject({ isr: [2], elr: [], leader: 2 });
  });

  it('passes for clean where nobody looks (before KAFKA-18635)', () => {
    const { context } = register({ look: { ...alone, rules: { wasShutDownCleanly: () => true } } });
    expect(essence(context.partition())).toMatchObject({ elr: [1] });
  });
});
