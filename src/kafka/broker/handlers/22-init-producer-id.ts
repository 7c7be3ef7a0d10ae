/**
 * InitProducerId, versions 0–5.
 * - Without a transactional id: the next producer id of this broker's block, with epoch 0.
 *   COORDINATOR_LOAD_IN_PROGRESS while no block can be had.
 * - With one: INVALID_REQUEST, for this cluster has no transactions. Clients take that as final;
 *   COORDINATOR_NOT_AVAILABLE they would ask again, for ever.
 * - A producer id without an epoch, or the other way about, is INVALID_REQUEST.
 * 3: a producer that asks for a higher epoch names its id and epoch (KIP-360). For idempotent
 * producers Kafka gives a fresh id then too: their sequences start anew either way.
 */
import { initProducerIdApi } from '../../protocol/apis/22-init-producer-id.ts';
import { errorCode } from '../../protocol/errors.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerHandler } from '../context.ts';

const handleInitProducerId: BrokerHandler<typeof initProducerIdApi> = (context, request) => {
  const { transactionalId, producerId, producerEpoch } = request.body;
  const answer = (code: number, id: number): void => {
    const given = code === errorCode.none;
    request.respond({
      throttleTimeMs: 0,
      errorCode: code,
      producerId: given ? id : -1,
      producerEpoch: given ? 0 : -1,
    });
  };
  if ((producerId === -1) !== (producerEpoch === -1)) answer(errorCode.invalidRequest, -1);
  else if (transactionalId !== null) answer(errorCode.invalidRequest, -1);
  else context.producerIds.take(request.guard(answer));
};

export const servedInitProducerId = serve(initProducerIdApi, [0, 5], handleInitProducerId);
