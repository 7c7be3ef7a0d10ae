import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../../src/base/ids.ts';
import { secondsToMicros } from '../../../src/base/time.ts';
import type { Host } from '../../../src/host/host.ts';
import { ControllerChannel } from '../../../src/kafka/broker/controller-channel.ts';
import { brokerHeartbeatApi } from '../../../src/kafka/protocol/apis/63-broker-heartbeat.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import type { Request } from '../../../src/kafka/rpc/contract.ts';
import { startServer } from '../../../src/kafka/rpc/server.ts';
import { World } from '../../../src/sim/world.ts';

const answer = (code: number) => ({ throttleTimeMs: 0, errorCode: code, shouldShutDown: false });
const heartbeat = { brokerId: 1, currentMetadataOffset: 0, wantFence: false, wantShutDown: false };

/**
 * Three controllers that do with a request what `behaviour` says; a broker with a channel to them.
 */
async function aWorld(behaviour: (node: NodeId, request: Request) => void) {
  const world = new World({ seed: 'channel' });
  const asked: NodeId[] = [];
  for (const id of [1, 2, 3]) {
    world.addMachine(`m${id}`).start((host) => {
      startServer(
        host,
        {
          listener: 'broker',
          port: 9093,
          apis: new Map([[63, { api: brokerHeartbeatApi, minVersion: 0, maxVersion: 1 }]]),
          maxRequestBytes: 1 << 20,
          maxConnections: 10,
          maxQueuedRequestsPerConnection: 10,
          maxIdleUs: secondsToMicros(600),
          handle: (request) => {
            asked.push(id);
            behaviour(id, request);
          },
        },
        () => {},
      );
      return { stop() {} };
    });
  }
  let host: Host | null = null;
  world.addMachine('b').start((given) => {
    host = given;
    return { stop() {} };
  });
  await world.runUntil(secondsToMicros(1));
  if (host === null) throw new Error('the broker runs');
  let controllerId: NodeId = 1;
  const channel = new ControllerChannel({
    host,
    clientId: 'test',
    voters: [1, 2, 3].map((nodeId) => ({ nodeId, host: `m${nodeId}`, port: 9093 })),
    controllerId: () => controllerId,
    attemptTimeoutUs: secondsToMicros(4),
    connectTimeoutUs: secondsToMicros(1),
  });
  const outcomes: string[] = [];
  const send = (seconds = 10): void => {
    channel.send(
      brokerHeartbeatApi,
      1,
      heartbeat,
      secondsToMicros(seconds),
      (response, failure) => {
        outcomes.push(failure ?? `answered ${response?.errorCode}`);
      },
    );
  };
  const elect = (id: NodeId): void => {
    controllerId = id;
    channel.controllerChanged();
  };
  const run = (seconds: number) => world.runUntil(world.now + secondsToMicros(seconds));
  return { world, asked, outcomes, channel, send, elect, run };
}

const respond = (_: NodeId, request: Request): void => request.respond(answer(0));

describe('requests to the active controller', () => {
  it('go to the one that leads', async () => {
    const { send, run, asked, outcomes, elect } = await aWorld(respond);
    elect(2);
    send();
    await run(1);
    expect([asked, outcomes]).toEqual([[2], ['answered 0']]);
  });

  it('wait while none is known', async () => {
    const { send, run, asked, outcomes, elect } = await aWorld(respond);
    elect(-1);
    send();
    await run(5);
    expect([asked, outcomes]).toEqual([[], []]);
    elect(3);
    await run(1);
    expect([asked, outcomes]).toEqual([[3], ['answered 0']]);
  });

  it('expire at their deadline', async () => {
    const { send, run, outcomes, elect } = await aWorld(respond);
    elect(-1);
    send(2);
    await run(1.9);
    expect(outcomes).toEqual([]);
    await run(0.2);
    expect(outcomes).toEqual(['expired']);
  });

  it('are sent again to one that is not the controller yet, and later each time', async () => {
    let ready = false;
    const { send, run, asked, outcomes } = await aWorld((_, request) =>
      request.respond(answer(ready ? 0 : errorCode.notController)),
    );
    send();
    await run(2);
    expect(asked.length).toBeGreaterThan(4);
    expect(asked.length).toBeLessThan(10);
    ready = true;
    await run(1);
    expect(outcomes).toEqual(['answered 0']);
  });

  it('leave a controller that does not answer as soon as there is another', async () => {
    const { send, run, asked, outcomes, elect } = await aWorld((id, request) => {
      if (id === 2) request.respond(answer(0));
    });
    send();
    await run(1);
    elect(2);
    await run(0.1);
    expect([asked, outcomes]).toEqual([[1, 2], ['answered 0']]);
  });

  it('survive a controller that dies, and are answered by the next', async () => {
    const { world, send, run, asked, outcomes, elect } = await aWorld((id, request) => {
      if (id === 3) request.respond(answer(0));
    });
    send();
    await run(0.5);
    world.machine('m1').crash();
    await run(1);
    expect(outcomes).toEqual([]);
    elect(3);
    await run(1);
    expect([asked.at(-1), outcomes]).toEqual([3, ['answered 0']]);
  });

  it('relay every other error', async () => {
    const { send, run, outcomes } = await aWorld((_, request) =>
      request.respond(answer(errorCode.staleBrokerEpoch)),
    );
    send();
    await run(1);
    expect(outcomes).toEqual([`answered ${errorCode.staleBrokerEpoch}`]);
  });

  it('fail when the channel closes, and ever after', async () => {
    const { channel, send, run, outcomes } = await aWorld(() => {});
    send();
    await run(0.5);
    channel.close();
    send();
    await run(0.1);
    expect(outcomes).toEqual(['closed', 'closed']);
  });
});
