/** A socket to a listener that sends one frame after another and tells what came of each. */
import { connect, type Socket } from 'node:net';

export type Outcome = 'answered' | 'closed' | 'waiting';

export class Wire {
  readonly port: number;
  readonly #patienceMs: number;
  #socket: Socket | null = null;

  /** What is not answered within `patienceMs` is taken to wait for what it asked to wait for. */
  constructor(port: number, patienceMs: number) {
    this.port = port;
    this.#patienceMs = patienceMs;
  }

  async send(bytes: Uint8Array): Promise<Outcome> {
    const socket = this.#socket ?? (await this.#connect());
    if (socket === null) return 'closed';
    const outcome = await this.#outcomeOf(socket, bytes);
    if (outcome !== 'answered') this.close();
    return outcome;
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  #outcomeOf(socket: Socket, bytes: Uint8Array): Promise<Outcome> {
    return new Promise((resolve) => {
      const settle = (outcome: Outcome): void => {
        clearTimeout(timer);
        socket.off('close', onClose);
        socket.off('data', onData);
        resolve(outcome);
      };
      const onClose = (): void => settle('closed');
      // A first piece is enough: the rest of a large answer is read before the next one is due.
      const onData = (): void => settle('answered');
      const timer = setTimeout(() => settle('waiting'), this.#patienceMs);
      socket.on('close', onClose);
      socket.on('data', onData);
      socket.write(bytes);
    });
  }

  #connect(): Promise<Socket | null> {
    return new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: this.port, noDelay: true });
      socket.on('error', () => {});
      socket.once('connect', () => {
        this.#socket = socket;
        resolve(socket);
      });
      socket.once('close', () => {
        if (this.#socket === socket) this.#socket = null;
        resolve(null);
      });
    });
  }
}
