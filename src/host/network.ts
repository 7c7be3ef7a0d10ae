/**
 * Ordered byte streams between processes, as TCP gives them: no loss and no reordering inside a
 * connection, any reordering between two. Bytes may arrive split or joined differently from how
 * they were written. All callbacks run in later events, never inside the call that caused them.
 */
export interface Network {
  /**
   * Accepts connections on `port` of this machine. Port 0 takes a free one.
   * `ready` runs once with null when connections are accepted, or with the error (address in use).
   */
  listen(
    port: number,
    accept: (connection: Connection) => ConnectionHandler,
    ready: (error: Error | null) => void,
  ): Listener;

  /**
   * Opens a connection. `handler.onOpen` runs when it is up; `handler.onClose` when it is not to be
   * had: `refused` or `timed-out`.
   * Writes made before it is up are kept and sent once it is.
   */
  connect(address: Address, handler: ConnectionHandler): Connection;
}

/** `host` is a machine's name in simulation, a loopback address or host name outside. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Listener {
  /** The port it really listens on; meaningful once ready. */
  readonly port: number;
  /** Stops accepting; open connections live on. */
  close(): void;
}

/**
 * Why a connection is no more.
 * - `closed`: we ended it.
 * - `ended`: the peer closed it, and all its bytes have arrived; or each side has ended its writing.
 * - `reset`: the peer's system said that it is no more: the process is gone, or has reset it, or the
 *   machine lost its power and is back.
 * - `refused`: it never came up, for there is no such machine, or nobody listens there.
 * - `timed-out`: nobody answered, neither the attempt to connect nor what was sent, for longer than
 *   this system has patience: no power, a partition. Whoever sends nothing learns nothing.
 */
export type CloseReason = 'closed' | 'ended' | 'reset' | 'refused' | 'timed-out';

export interface ConnectionHandler {
  /** Only for connections opened by `connect`. */
  onOpen?(): void;
  /** The next bytes, at least one; the handler owns the array and may keep views of it. */
  onData(bytes: Uint8Array): void;
  /** The last callback of a connection, exactly once; afterwards writes are dropped. */
  onClose(reason: CloseReason): void;
  /** The buffer of unsent bytes has emptied after `write` had answered false. */
  onDrain?(): void;
  /**
   * The peer writes no more, and all its bytes have arrived. A handler that has this may go on
   * writing, and closes the connection in the end; for one without it, it is closed at this moment:
   * `onClose('ended')`. Whether the peer still reads shows only when it is written to.
   */
  onEnd?(): void;
}

export interface Connection {
  /** Name of the other end, for messages: `host:port`. */
  readonly peer: string;
  /**
   * Sends bytes; the connection owns the array from here on. False when more than 1 MiB waits
   * unsent: a sender with manners then waits for `onDrain`. Dropped without a word once the
   * connection is closed.
   */
  write(bytes: Uint8Array): boolean;
  /** Stops `onData` until `resumeReading`; the peer's bytes wait, and finally the peer itself. */
  pauseReading(): void;
  resumeReading(): void;
  /**
   * Sends what is unsent, then tells the peer that no more comes; later writes are dropped. What
   * the peer writes still arrives, and once it has ended too `onClose('ended')` follows.
   */
  endWriting(): void;
  /** Sends what is unsent, then ends. `onClose('closed')` follows. */
  close(): void;
  /**
   * Ends at once; unsent bytes are lost and the peer sees a reset. `onClose('closed')` follows
   * here.
   */
  reset(): void;
}
