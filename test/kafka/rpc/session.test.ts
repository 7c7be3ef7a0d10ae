import { expect, it } from 'vitest';
import { withApiVersions } from '../../../src/kafka/broker/handlers/18-api-versions.ts';
import { MetadataImage } from '../../../src/kafka/metadata/image.ts';
import { apiVersionsApi } from '../../../src/kafka/protocol/apis/18-api-versions.ts';
import { encodeRequest } from '../../../src/kafka/protocol/message.ts';
import type { Session } from '../../../src/kafka/rpc/session.ts';
import { hostOf } from '../../../src/kafka/rpc/session.ts';
import { Fixture } from './fixture.ts';
import { RawPeer } from './raw-peer.ts';

const named = (id: number, clientId: string | null, name: string): Uint8Array =>
  encodeRequest(apiVersionsApi, 3, id, clientId, {
    clientSoftwareName: name,
    clientSoftwareVersion: '1.2',
  });

it('a connection has one session, which knows what its requests have told', () => {
  const fixture = new Fixture();
  const [api] = withApiVersions(new MetadataImage(), []);
  const sessions: Session[] = [];
  const seen: (string | null)[][] = [];
  fixture.serve(
    (request) => {
      const { session } = request;
      sessions.push(session);
      const { clientId, connectionId, softwareName, softwareVersion } = session;
      seen.push([connectionId, clientId, softwareName, softwareVersion]);
      api?.handle(request);
    },
    { apis: new Map([[apiVersionsApi.key, api!]]) },
  );
  const peer = new RawPeer(fixture);
  peer.write(named(1, 'one', 'java'));
  peer.write(named(2, null, 'not a name!'));
  peer.write(named(3, 'three', 'java'));
  new RawPeer(fixture).write(named(4, 'four', 'go'));
  expect(seen).toEqual([
    ['broker-1', 'one', '', ''],
    ['broker-1', null, 'java', '1.2'],
    ['broker-1', 'three', 'java', '1.2'],
    ['broker-2', 'four', '', ''],
  ]);
  expect(sessions[0]).toBe(sessions[2]);
  expect(hostOf(sessions[0]!)).toBe('client');
});
