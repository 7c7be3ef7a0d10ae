/** What a broker tells of itself when it registers. */
import type { BrokerEpoch, Uuid } from '../../base/ids.ts';
import type { NodeConfig } from '../config.ts';
import type { brokerRegistrationApi } from '../protocol/apis/62-broker-registration.ts';
import type { RequestInput } from '../protocol/schema.ts';

/** Name of the only listener; the security protocol is 0, PLAINTEXT. */
export const listenerName = 'PLAINTEXT';

export function registrationOf(
  config: NodeConfig,
  incarnationId: Uuid,
  directoryId: Uuid,
  previousBrokerEpoch: BrokerEpoch,
): RequestInput<typeof brokerRegistrationApi> {
  return {
    brokerId: config.nodeId,
    clusterId: config.clusterId,
    incarnationId,
    listeners: [
      {
        name: listenerName,
        host: config.advertisedHost,
        port: config.brokerPort,
        securityProtocol: 0,
      },
    ],
    features: [],
    rack: config.rack,
    isMigratingZkBroker: false,
    logDirs: [directoryId],
    previousBrokerEpoch,
  };
}
