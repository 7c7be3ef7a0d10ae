/**
 * Bugs of ours that requests brought to light. The request was answered or its connection closed,
 * and the node goes on; each is counted, logged and observed. A stack goes into the log once for
 * each place that throws. Whoever puts a node on trial takes the observation for a failure.
 */
import type { NodeId } from '../../base/ids.ts';
import type { Host } from '../../host/host.ts';
import type { Observe } from '../observation.ts';
import type { OnFailure } from '../rpc/contract.ts';

/** Places beyond these get no stack. */
const mostPlaces = 100;

export function requestFailures(host: Host, node: NodeId, observe: Observe): OnFailure {
  const places = new Set<string>();
  let count = 0;
  return (doing, thrown) => {
    const error = thrown instanceof Error ? thrown : new Error(`thrown: ${String(thrown)}`);
    const stack = error.stack ?? '';
    const place = stack.split('\n', 4).slice(1).join();
    const isNew = places.size < mostPlaces && !places.has(place);
    if (isNew) places.add(place);
    count++;
    const what = isNew ? `${error.message}\n${stack}` : error.message;
    host.log('error', `a bug, number ${count} so far, failed ${doing}: ${what}`);
    observe({ kind: 'request-failed', node, doing, error });
  };
}
