/**
 * Flavoured numbers and strings: a plain number is accepted where an `Offset` is wanted, an `Epoch`
 * is not. They cost nothing at run time and need no casts, and they stop the mix-ups that matter.
 * All are safe integers; 64-bit values of the wire exist as bigint nowhere outside the codec.
 */
type Flavour<T, Name extends string> = T & { readonly __flavour?: Name };

/** Position of a record in a partition's log; the first is 0. */
export type Offset = Flavour<number, 'Offset'>;
/** A partition's (or the quorum's) leader epoch; rises with each leader. −1 means none. */
export type LeaderEpoch = Flavour<number, 'LeaderEpoch'>;
/** Version of a partition's state in the controller; rises with each change (KIP-497). */
export type PartitionEpoch = Flavour<number, 'PartitionEpoch'>;
/** Version of a broker's registration: the offset of its record in the metadata log (KIP-841). */
export type BrokerEpoch = Flavour<number, 'BrokerEpoch'>;
/** Node id of a broker or controller. −1 means none. */
export type NodeId = Flavour<number, 'NodeId'>;
export type ProducerId = Flavour<number, 'ProducerId'>;
export type ProducerEpoch = Flavour<number, 'ProducerEpoch'>;
/** Canonical text form, base64url of 16 bytes, as Kafka prints it. */
export type Uuid = Flavour<string, 'Uuid'>;
/** Milliseconds since 1970 on some machine's wall clock: may be skewed, may jump. */
export type WallMs = Flavour<number, 'WallMs'>;
/** Microseconds on some monotonic clock. */
export type Micros = Flavour<number, 'Micros'>;

export const noNode: NodeId = -1;
/** Kafka's "no topic id": sixteen zero bytes. */
export const zeroUuid: Uuid = 'AAAAAAAAAAAAAAAAAAAAAA';
