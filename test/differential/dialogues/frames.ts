/** Bytes that are no request, or almost one: of every API and version that the codec knows. */

import { metadataApi } from '../../../src/kafka/protocol/apis/03-metadata.ts';
import { apiVersionsApi } from '../../../src/kafka/protocol/apis/18-api-versions.ts';
import { apis } from '../../../src/kafka/protocol/apis.ts';
import type { Api } from '../../../src/kafka/protocol/schema.ts';
import { type Body, Group, versionsOf } from '../dialogue.ts';
import { joined } from './batches.ts';

/** A harmless request of each API that a client may send, in all of its versions. */
const harmless: Readonly<Record<number, object>> = {
  0: { acks: -1, timeoutMs: 1_000, topicData: [] },
  1: { maxWaitMs: 0, minBytes: 0, topics: [] },
  2: { replicaId: -1, isolationLevel: 0, topics: [], timeoutMs: 0 },
  3: { topics: [{ name: 'frames', topicId: 'A'.repeat(22) }], allowAutoTopicCreation: false },
  10: { key: 'k', coordinatorKeys: ['k'] },
  18: { clientSoftwareName: 'differential', clientSoftwareVersion: '1' },
  19: { topics: [] },
  20: { topics: [], topicNames: [], timeoutMs: 1_000 },
  22: { transactionalId: null, transactionTimeoutMs: 1_000 },
  23: { topics: [] },
  32: { resources: [] },
  37: { topics: [], timeoutMs: 1_000, validateOnly: false },
  44: { resources: [], validateOnly: false },
  55: { topics: [] },
  60: { includeClusterAuthorizedOperations: false },
  75: { topics: [{ name: 'frames' }] },
};

const served = apis.filter(({ key }) => key in harmless);
const bodyOf = (api: Api): Body<Api> => harmless[api.key] as Body<Api>;

/** Makes the length of a frame what it is. */
function framed(content: Uint8Array): Uint8Array {
  const frame = joined(new Uint8Array(4), content);
  new DataView(frame.buffer).setInt32(0, content.length);
  return frame;
}

const changed =
  (change: (view: DataView, bytes: Uint8Array) => void) =>
  (frame: Uint8Array): Uint8Array => {
    const copy = frame.slice();
    change(new DataView(copy.buffer), copy);
    return copy;
  };

export function almostRequests(): Group {
  const g = new Group('Frames: almost requests');
  g.topic('frames');
  for (const api of served) {
    const asks = (v: number, what: string, alter: (frame: Uint8Array) => Uint8Array) =>
      g.ask(api, v, what, bodyOf(api), { alter });
    for (const v of versionsOf(api)) {
      asks(v, 'whole', (frame) => frame);
      asks(v, 'three bytes behind', (f) => framed(joined(f.subarray(4), new Uint8Array(3))));
      asks(v, 'the last byte is missing', (f) => framed(f.subarray(4, f.length - 1)));
    }
    const newest = api.maxVersion;
    const header = 10 + 'differential'.length + 4 + (newest >= api.flexibleFrom ? 1 : 0);
    asks(newest, 'nothing behind the header', (f) => framed(f.subarray(4, header)));
    asks(newest, 'bytes ff behind the header', (f) =>
      framed(joined(f.subarray(4, header), new Uint8Array(20).fill(255))),
    );
    asks(newest, 'bytes 7f behind the header', (f) =>
      framed(joined(f.subarray(4, header), new Uint8Array(20).fill(127))),
    );
    asks(newest, 'client id null', (f) => {
      const rest = f.subarray(14 + 'differential'.length);
      return framed(joined(f.subarray(4, 12), Uint8Array.of(255, 255), rest));
    });
    asks(
      newest,
      'client id of length −2',
      changed((view) => view.setInt16(12, -2)),
    );
    asks(
      newest,
      'client id longer than the frame',
      changed((view) => view.setInt16(12, 999)),
    );
    asks(
      newest,
      'client id that is no UTF-8',
      changed((_, bytes) => bytes.fill(0xff, 14, 17)),
    );
    asks(
      newest,
      'correlation id −1',
      changed((view) => view.setInt32(8, -1)),
    );
    for (const version of [-1, newest + 1, newest + 2, 99, 32767]) {
      const answeredIn = api === apiVersionsApi ? { answeredIn: 0 } : {};
      g.ask(api, newest, `sent as version ${version}`, bodyOf(api), {
        alter: changed((view) => view.setInt16(6, version)),
        ...answeredIn,
      });
    }
    for (let version = 0; version < api.minVersion; version++) {
      g.ask(api, api.minVersion, `sent as version ${version}`, bodyOf(api), {
        alter: changed((view) => view.setInt16(6, version)),
      });
    }
  }
  return g;
}

export function noRequests(): Group {
  const g = new Group('Frames: no requests');
  const bare = { withoutProbe: true, patienceMs: 700 };
  const length = (value: number): Uint8Array => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setInt32(0, value);
    return bytes;
  };
  for (const value of [0, 1, 4, 7, 8, 9]) {
    g.raw(`a frame of ${value} zero bytes`, joined(length(value), new Uint8Array(value)));
    g.raw(`a frame of ${value} bytes ff`, joined(length(value), new Uint8Array(value).fill(255)));
  }
  for (const value of [-1, -0x80000000, 104_857_601, 0x7fffffff]) {
    g.raw(`a frame of length ${value}`, length(value), bare);
    g.raw(
      `a frame of length ${value}, some bytes`,
      joined(length(value), new Uint8Array(50)),
      bare,
    );
  }
  g.raw('half a length', new Uint8Array(2), bare);
  g.raw('a length and no more', length(100), bare);
  g.raw('HTTP', new TextEncoder().encode('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'), bare);
  g.raw('TLS', Uint8Array.of(0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3), bare);
  for (const key of [-1, 4, 5, 6, 7, 52, 53, 54, 56, 58, 59, 62, 63, 67, 70, 73, 82, 93, 1000]) {
    g.raw(`API key ${key}`, framed(headerOf(key, 0)));
  }
  for (const version of [5, 99, -1]) {
    g.ask(
      apiVersionsApi,
      0,
      `sent as version ${version}, without header tags`,
      {},
      { alter: changed((view) => view.setInt16(6, version)), answeredIn: 0 },
    );
  }
  const pair = (frame: Uint8Array): Uint8Array => {
    const second = frame.slice();
    new DataView(second.buffer).setInt32(8, 78);
    return joined(frame, second);
  };
  const topics = { topics: [], allowAutoTopicCreation: false };
  for (const v of [1, 9, 12]) {
    g.ask(metadataApi, v, 'two requests at once', topics, { alter: pair });
    g.ask(metadataApi, v, 'ten requests at once', topics, {
      alter: (frame) => joined(...new Array<Uint8Array>(10).fill(frame)),
    });
  }
  return arrays(g);
}

function headerOf(key: number, version: number, ...body: number[]): Uint8Array {
  const bytes = new Uint8Array(10);
  const view = new DataView(bytes.buffer);
  view.setInt16(0, key);
  view.setInt16(2, version);
  view.setInt32(4, 77);
  view.setInt16(8, -1);
  return joined(bytes, Uint8Array.from(body));
}

/** Lengths that are not so, tagged fields that nobody knows. */
function arrays(g: Group): Group {
  const int = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >> shift) & 255);
  for (const count of [-1, -2, 1, 1_000, 0x7fffffff, -0x80000000]) {
    const frame = framed(headerOf(3, 1, ...int(count)));
    const request = { topics: [], allowAutoTopicCreation: true };
    // A negative count asks for all topics.
    g.ask(metadataApi, 1, `${count} topics and no more`, request, { alter: () => frame, only: [] });
  }
  g.raw('Metadata v1, a null name', framed(headerOf(3, 1, ...int(1), 255, 255)));
  g.raw('Metadata v1, a name of length −2', framed(headerOf(3, 1, ...int(1), 255, 254)));
  const flexible: readonly (readonly [what: string, ...body: number[]])[] = [
    ['no header tags, no topics', 0, 1, 0, 0, 0, 0],
    ['an unknown tag in the header', 1, 5, 2, 1, 2, 1, 0, 0, 0, 0],
    ['an unknown tag twice in the header', 2, 5, 0, 5, 0, 1, 0, 0, 0, 0],
    ['tags in descending order', 2, 5, 0, 4, 0, 1, 0, 0, 0, 0],
    ['a tag longer than the frame', 1, 5, 100, 1, 0, 0, 0, 0],
    ['127 tags', 127, 1, 0, 0, 0, 0],
    ['an unknown tag in the body', 0, 1, 0, 0, 0, 1, 9, 1, 7],
    ['null topics', 0, 0, 0, 0, 0, 0],
    ['a count in two bytes that fits one', 0, 0x81, 0, 0, 0, 0, 0],
    ['a count of six bytes', 0, 0x81, 0x80, 0x80, 0x80, 0x80, 0, 0, 0, 0, 0],
    ['a count of 2^31', 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0],
    ['a count of a million', 0, 0xc0, 0x84, 0x3d, 0, 0, 0, 0],
    ['a bool of 2', 0, 1, 2, 0, 0, 0],
    ['a null name', 0, 2, 0, 0, 0, 0, 0, 0],
    ['a name that is no UTF-8', 0, 2, 3, 0xff, 0xfe, 0, 0, 0, 0, 0],
  ];
  const asksForAll = new Set(['null topics', 'a count of 2^31']);
  for (const [what, ...body] of flexible) {
    g.ask(
      metadataApi,
      9,
      `raw, ${what}`,
      { topics: [] },
      { alter: () => framed(headerOf(3, 9, ...body)), ...(asksForAll.has(what) && { only: [] }) },
    );
  }
  return g;
}

/** APIs that Apache Kafka serves and we do not: the shortest request that each understands. */
export function notServed(): Group {
  const g = new Group('APIs that are not served');
  const zero = (count: number): number[] => new Array<number>(count).fill(0);
  const requests: readonly (readonly [name: string, key: number, v: number, ...body: number[]])[] =
    [
      ['SaslHandshake', 17, 0, 0, 1, 120],
      ['DeleteRecords', 21, 0, ...zero(8)],
      ['AddPartitionsToTxn', 24, 0, 0, 1, 116, ...zero(14)],
      ['EndTxn', 26, 0, 0, 1, 116, ...zero(11)],
      ['DescribeAcls', 29, 1, 1, 255, 255, 1, 255, 255, 255, 255, 1, 1],
      ['AlterConfigs', 33, 0, ...zero(5)],
      ['AlterReplicaLogDirs', 34, 1, ...zero(4)],
      ['DescribeLogDirs', 35, 1, ...zero(4)],
      ['ElectLeaders', 43, 0, ...zero(8)],
      ['DescribeClientQuotas', 48, 0, ...zero(5)],
      ['DescribeUserScramCredentials', 50, 0, 0, 1, 0],
      ['UpdateFeatures', 57, 1, 0, 0, 0, 0, 100, 1, 0, 0],
      ['DescribeProducers', 61, 0, 0, 1, 0],
      ['UnregisterBroker', 64, 0, 0, 0, 0, 0, 99, 0],
      ['DescribeTransactions', 65, 0, 0, 1, 0],
      ['ListTransactions', 66, 0, 0, 1, 1, 0],
      ['GetTelemetrySubscriptions', 71, 0, 0, ...zero(16), 0],
      ['ListConfigResources', 74, 0, 0, 0],
    ];
  for (const [name, key, v, ...body] of requests) {
    g.raw(`${name} v${v}: the shortest request`, framed(headerOf(key, v, ...body)));
  }
  return g;
}
