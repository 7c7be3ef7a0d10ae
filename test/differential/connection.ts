/**
 * One connection for one exchange: the bytes go out as they are, then a probe (ApiVersions v0)
 * behind them. Whatever comes before the probe's answer answers the bytes; the probe's answer shows
 * that the connection lives. A peer that does neither within the time is
 * silent.
 */
import { connect } from 'node:net';
import { apiVersionsApi } from '../../src/kafka/protocol/apis/18-api-versions.ts';
import { encodeRequest } from '../../src/kafka/protocol/message.ts';

export type Ending = 'open' | 'closed' | 'silent' | 'refused';

export interface Exchange {
  /** Frames without their length, in the order in which they came. */
  readonly answers: readonly Uint8Array[];
  readonly ending: Ending;
}

export interface Manner {
  /** The probe would lie inside a frame that claims more bytes than it has. */
  readonly withoutProbe?: boolean;
  /** How long silence is borne. */
  readonly patienceMs?: number;
}

const probeId = 0x70726f62;
const probe = encodeRequest(apiVersionsApi, 0, probeId, 'probe', {}).slice();
const usualPatienceMs = 5_000;

export function exchange(port: number, bytes: Uint8Array, manner: Manner = {}): Promise<Exchange> {
  return new Promise((resolve) => {
    const answers: Uint8Array[] = [];
    let pending: Buffer = Buffer.alloc(0);
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    const end = (ending: Ending): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ answers, ending });
    };
    const timer = setTimeout(() => end('silent'), manner.patienceMs ?? usualPatienceMs);
    socket.on('connect', () => {
      socket.write(bytes);
      if (manner.withoutProbe !== true) socket.write(probe);
    });
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
        const size = pending.readInt32BE(0);
        const frame = pending.subarray(4, 4 + size);
        pending = pending.subarray(4 + size);
        if (size >= 4 && frame.readInt32BE(0) === probeId) return end('open');
        answers.push(new Uint8Array(frame));
      }
    });
    socket.on('close', () => end('closed'));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      end(error.code === 'ECONNREFUSED' ? 'refused' : 'closed'),
    );
  });
}
