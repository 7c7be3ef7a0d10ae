/**
 * Who is at the other end of a connection, as far as what came over it tells: every request of the
 * connection carries the same one. Nothing here is proven; clients say of themselves what they
 * like.
 */

export interface Session {
  /** Names the connection among all that its node has had: `broker-17`. */
  readonly connectionId: string;
  /** The listener it came in by. */
  readonly listener: string;
  /** Name of the sender, `host:port`. */
  readonly peer: string;
  /** As the request that is being handled says. */
  readonly clientId: string | null;
  /** As ApiVersions said (KIP-511); empty before that. */
  readonly softwareName: string;
  readonly softwareVersion: string;
  /** ApiVersions has told. */
  nameSoftware(name: string, version: string): void;
}

export class ConnectionSession implements Session {
  readonly connectionId: string;
  readonly listener: string;
  readonly peer: string;
  clientId: string | null = null;
  #softwareName = '';
  #softwareVersion = '';

  constructor(connectionId: string, listener: string, peer: string) {
    this.connectionId = connectionId;
    this.listener = listener;
    this.peer = peer;
  }

  get softwareName(): string {
    return this.#softwareName;
  }
  get softwareVersion(): string {
    return this.#softwareVersion;
  }

  nameSoftware(name: string, version: string): void {
    this.#softwareName = name;
    this.#softwareVersion = version;
  }
}

/** The host of a peer, without its port. */
export const hostOf = ({ peer }: Session): string => {
  const colon = peer.lastIndexOf(':');
  return colon < 0 ? peer : peer.slice(0, colon);
};
