/**
 * DescribeCluster, versions 0–2.
 * - Lists live brokers; the controller named is any of them (see Metadata).
 * - Authorized operations, where asked for, are all there are: there is no authorizer.
 * - Endpoint types other than brokers (1) are refused here: controllers (2) with
 *   MISMATCHED_ENDPOINT_TYPE, for they are asked at their own listener, unknown ones with
 *   UNSUPPORTED_ENDPOINT_TYPE.
 * 1: endpoint type (KIP-919); 2: fenced brokers on demand (KIP-1073).
 */
import { describeClusterApi } from '../../protocol/apis/60-describe-cluster.ts';
import { errorCode, errorName } from '../../protocol/errors.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerHandler } from '../context.ts';
import { anyLiveBroker, clusterOperations, liveBrokers, operationsUntold } from '../topic-view.ts';

const brokersEndpoint = 1;
const controllersEndpoint = 2;

const handleDescribeCluster: BrokerHandler<typeof describeClusterApi> = (context, request) => {
  const { endpointType, includeFencedBrokers, includeClusterAuthorizedOperations } = request.body;
  const { image, config } = context;
  if (endpointType !== brokersEndpoint) {
    const code =
      endpointType === controllersEndpoint
        ? errorCode.mismatchedEndpointType
        : errorCode.unsupportedEndpointType;
    request.respond({
      throttleTimeMs: 0,
      errorCode: code,
      errorMessage: errorName(code),
      clusterId: '',
      brokers: [],
    });
    return;
  }
  const brokers = includeFencedBrokers ? [...image.brokers.values()] : liveBrokers(image);
  request.respond({
    throttleTimeMs: 0,
    errorCode: errorCode.none,
    clusterId: config.clusterId,
    controllerId: anyLiveBroker(context),
    brokers: brokers.map((broker) => ({
      brokerId: broker.id,
      host: broker.host,
      port: broker.port,
      rack: broker.rack,
      isFenced: broker.fenced,
    })),
    clusterAuthorizedOperations: includeClusterAuthorizedOperations
      ? clusterOperations
      : operationsUntold,
  });
};

export const servedDescribeCluster = serve(describeClusterApi, [0, 2], handleDescribeCluster);
