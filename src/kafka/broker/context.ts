/** What the handlers of a broker's requests share. */
import type { Host } from '../../host/host.ts';
import type { NodeConfig } from '../config.ts';
import type { GroupCoordinator } from '../group/coordinator.ts';
import type { MetadataImage } from '../metadata/image.ts';
import type { Api } from '../protocol/schema.ts';
import type { ReplicaManager } from '../replication/replica-manager.ts';
import type { Handler, ServedApi } from '../rpc/served-api.ts';
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
  readonly groups: GroupCoordinator;
  readonly autoCreation: Pick<AutoCreation, 'create'>;
}

/** Answers one request, now or later, exactly once. */
export type BrokerHandler<A extends Api> = Handler<BrokerContext, A>;

export type BrokerApi = ServedApi<BrokerContext>;
