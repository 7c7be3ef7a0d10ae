/**
 * One fetcher per leader broker that this broker follows for anything. A fetcher lives as long as
 * it has partitions and its leader keeps its address; changes of one stretch of metadata are sent
 * together.
 */
import type { NodeId } from '../../base/ids.ts';
import type { Address } from '../../host/network.ts';
import { pass } from '../points.ts';
import type { Channel } from '../rpc/contract.ts';
import type { FetcherOptions } from './fetcher.ts';
import { Fetcher } from './fetcher.ts';
import type { Partition } from './partition.ts';

export interface FetchersOptions extends Omit<FetcherOptions, 'channel'> {
  readonly connect: (address: Address) => Channel;
  /** Where a broker is reached, by metadata; null when it is not known. */
  readonly addressOf: (broker: NodeId) => Address | null;
}

interface Leader {
  readonly partitions: Set<Partition>;
  address: Address | null;
  fetcher: Fetcher | null;
}

export class Fetchers {
  readonly #options: FetchersOptions;
  readonly #leaders = new Map<NodeId, Leader>();
  readonly #leaderOf = new Map<Partition, NodeId>();

  constructor(options: FetchersOptions) {
    this.#options = options;
  }

  /** From now on the partition is fed by its leader, under its present leader epoch. */
  follow(partition: Partition, leaderId: NodeId): void {
    if (this.#leaderOf.get(partition) !== leaderId) this.unfollow(partition);
    this.#leaderOf.set(partition, leaderId);
    let leader = this.#leaders.get(leaderId);
    if (leader === undefined) {
      leader = { partitions: new Set(), address: null, fetcher: null };
      this.#leaders.set(leaderId, leader);
    }
    leader.partitions.add(partition);
    leader.fetcher?.add(partition);
  }

  unfollow(partition: Partition): void {
    const leaderId = this.#leaderOf.get(partition);
    if (leaderId === undefined) return;
    this.#leaderOf.delete(partition);
    const leader = this.#leaders.get(leaderId);
    leader?.partitions.delete(partition);
    leader?.fetcher?.remove(partition);
  }

  /**
   * Behind every change of metadata: drops idle fetchers, follows new addresses, sends what waits.
   */
  refresh(): void {
    const { host } = this.#options;
    for (const [leaderId, leader] of this.#leaders) {
      if (leader.partitions.size === 0) {
        this.#leaders.delete(leaderId);
        pass(host, 'fetcher-stopped', () => leader.fetcher?.close());
        continue;
      }
      const address = this.#options.addressOf(leaderId);
      if (!isSame(address, leader.address)) this.#connect(leader, address);
      const { fetcher } = leader;
      if (fetcher !== null) pass(host, 'fetcher-started', () => fetcher.send());
    }
  }

  close(): void {
    for (const leader of this.#leaders.values()) leader.fetcher?.close();
    this.#leaders.clear();
    this.#leaderOf.clear();
  }

  #connect(leader: Leader, address: Address | null): void {
    leader.fetcher?.close();
    leader.address = address;
    leader.fetcher = null;
    if (address === null) return;
    leader.fetcher = new Fetcher({ ...this.#options, channel: this.#options.connect(address) });
    for (const partition of leader.partitions) leader.fetcher.add(partition);
  }
}

function isSame(a: Address | null, b: Address | null): boolean {
  return a === b || (a !== null && b !== null && a.host === b.host && a.port === b.port);
}
