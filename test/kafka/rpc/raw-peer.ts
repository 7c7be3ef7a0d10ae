import { initProducerIdApi } from '../../../src/kafka/protocol/apis/22-init-producer-id.ts';
import { decodeResponse } from '../../../src/kafka/protocol/message.ts';
import { FrameSplitter } from '../../../src/kafka/rpc/framing.ts';
import { type Fixture, port } from './fixture.ts';

/** A peer that writes what it likes. */
export class RawPeer {
  readonly received: Uint8Array[] = [];
  closed: string | null = null;
  readonly #frames = new FrameSplitter(1_000_000);
  readonly fixture: Fixture;
  readonly #connection;

  constructor(fixture: Fixture) {
    this.fixture = fixture;
    this.#connection = fixture.world.host('raw').network.connect(
      { host: 'server', port },
      {
        onData: (bytes) => {
          this.#frames.push(bytes);
          const frames = this.#frames;
          while (frames.next()) this.received.push(frames.bytes.slice(frames.start, frames.end));
        },
        onClose: (reason) => {
          this.closed = reason;
        },
      },
    );
    fixture.world.run();
  }

  write(bytes: Uint8Array | number[]): this {
    this.#connection.write(Uint8Array.from(bytes));
    this.fixture.world.run();
    return this;
  }

  close(): void {
    this.#connection.close();
  }

  get answers(): number[] {
    return this.received.map(
      (frame) => decodeResponse(initProducerIdApi, 4, frame).body.producerId,
    );
  }
}
