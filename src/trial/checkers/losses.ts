import type { Checker } from './contract.ts';
import { describePlace, describeSend } from './describe.ts';

/**
 * `lost-write`: an acknowledged value lies below the highest offset read and was never read.
 * `unseen`: it lies above, though everything healed and the final reader caught up. `failed-read`
 * (G1a): a value was read whose send had certainly failed, or that nobody sent.
 */
export const checkLosses: Checker = ({ history, order, endUs }, report) => {
  for (const send of history.sends) {
    const place = order.placeOf[send.value];
    if (send.outcome === 'fail' && place !== undefined) {
      report({
        property: 'failed-read',
        message: `value ${send.value} was read at offset ${place.offset} of ${place.partition}, though its send failed`,
        atUs: place.atUs,
        partition: place.partition,
        evidence: [describeSend(send), describePlace(place)],
      });
    }
    if (send.outcome !== 'ok' || send.offset < 0 || place !== undefined) continue;
    const highest = order.partitions.get(send.partition!)?.highestRead ?? -1;
    const standing = order.partitions.get(send.partition!)?.byOffset.get(send.offset);
    report({
      property: send.offset < highest ? 'lost-write' : 'unseen',
      message:
        `offset ${send.offset} of ${send.partition} was acknowledged (acks=${send.acks}) ` +
        `for value ${send.value}, which nobody ever read`,
      atUs: endUs,
      partition: send.partition,
      evidence: [
        describeSend(send),
        `the highest offset read is ${highest}`,
        ...(standing === undefined ? [] : [`offset ${send.offset} holds value ${standing.value}`]),
      ],
    });
  }
  for (let value = history.sends.length; value < order.placeOf.length; value++) {
    const place = order.placeOf[value];
    if (place === undefined) continue;
    report({
      property: 'failed-read',
      message: `value ${value} was read at offset ${place.offset} of ${place.partition}, though nobody sent it`,
      atUs: place.atUs,
      partition: place.partition,
      evidence: [describePlace(place)],
    });
  }
};
