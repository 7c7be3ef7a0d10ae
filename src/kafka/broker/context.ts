/** What the handlers of a broker's requests share, and how one API key is served. */
import type { Host } from '../../host/host.ts';
import type { NodeConfig } from '../config.ts';
import type { MetadataImage } from '../metadata/image.ts';
import type { Api } from '../protocol/schema.ts';
import type { ReplicaManager } from '../replication/replica-manager.ts';
import type { Request } from '../rpc/contract.ts';
import type { AutoCreation } from './auto-creation.ts';
import type { FetchSessions } from './fetch-sessions.ts';
import type { Forwarder } from './forwarder.ts';
import type { ProducerIds } from './producer-ids.ts';

export interface BrokerContext {
  readonly host: Host;
  readonly config: NodeConfig;
  /** What is committed, as far as this node has applied it; changes in place. */
  readonly image: MetadataImage;
  readonly replicas: Pick<ReplicaManager, 'produce' | 'fetch' | 'listOffset' | 'endOffsetForEpoch'>;
  readonly fetchSessions: FetchSessions;
  readonly forwarder: Forwarder;
  readonly producerIds: ProducerIds;
  readonly autoCreation: Pick<AutoCreation, 'create'>;
}

/** Answers one request, now or later, exactly once. */
export type Handler<A extends Api> = (context: BrokerContext, request: Request<A>) => void;

/** One API key as brokers serve it. */
export interface BrokerApi {
  readonly api: Api;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly handle: Handler<Api>;
}

/** The server hands a request only to the handler of its own API, so the types meet again here. */
export function serve<A extends Api>(
  api: A,
  versions: readonly [min: number, max: number],
  handle: Handler<A>,
): BrokerApi {
  const [minVersion, maxVersion] = versions;
  return { api, minVersion, maxVersion, handle: handle as unknown as Handler<Api> };
}
