/**
 * The election on disk: Kafka's `quorum-state`, one line of JSON, and its checksum. Replaced as a whole: written
 * beside, made durable, renamed over, and the directory made durable; a crash leaves the old or the
 * new one. It vouches for the metadata log as well: of what was committed and durable when it was
 * written (`durableOffset`) nothing may be missing later.
 */
import {
  type LeaderEpoch,
  type NodeId,
  noNode,
  type Offset,
  type Uuid,
  zeroUuid,
} from '../../base/ids.ts';
import type { Disk } from '../../host/disk.ts';
import { checkedLine, withChecksum } from '../log/durable-file.ts';
import { RefusalError } from '../refusal.ts';
import type { ElectionState } from './election-state.ts';
import { quorumStateName } from './quorum-settings.ts';

interface QuorumStateData {
  readonly leaderId: NodeId;
  readonly leaderEpoch: LeaderEpoch;
  readonly votedId: NodeId;
  readonly votedDirectoryId: Uuid;
  readonly durableOffset: Offset;
  readonly data_version: 1;
}

export interface StoredElection {
  readonly election: ElectionState;
  readonly durableOffset: Offset;
}

export class QuorumStateFile {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #path: string;
  #writing: Promise<void> = Promise.resolve();

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
    this.#path = `${directory}/${quorumStateName}`;
  }

  get path(): string {
    return this.#path;
  }

  /** Settles when the write under way, if any, has ended. */
  get settled(): Promise<void> {
    return this.#writing.catch(() => {});
  }

  exists(): boolean {
    return this.#disk.exists(this.#path);
  }

  /**
   * Null where there is none. Throws a RefusalError where it is damaged: without it no vote may be
   * given.
   */
  read(): StoredElection | null {
    if (!this.exists()) return null;
    const file = this.#disk.open(this.#path);
    try {
      const text = new TextDecoder().decode(file.read(0, file.size()));
      const stored = parse(text);
      if (stored !== null) return stored;
    } finally {
      file.close();
    }
    throw new RefusalError(
      `${this.#path} is damaged, and without it this node may vote twice: restore it from a copy`,
    );
  }

  /** One write at a time, in the order of the calls. */
  write(election: ElectionState, durableOffset: Offset): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write(election, durableOffset));
    return this.#writing;
  }

  async #write(election: ElectionState, durableOffset: Offset): Promise<void> {
    const { leaderId, epoch, votedKey } = election;
    const data: QuorumStateData = {
      leaderId,
      leaderEpoch: epoch,
      votedId: votedKey?.id ?? noNode,
      votedDirectoryId: votedKey?.directoryId ?? zeroUuid,
      durableOffset,
      data_version: 1,
    };
    const temporary = `${this.#path}.tmp`;
    const file = this.#disk.open(temporary, true);
    try {
      file.truncate(0);
      file.write(0, new TextEncoder().encode(withChecksum(JSON.stringify(data))));
      await file.sync();
    } finally {
      file.close();
    }
    this.#disk.rename(temporary, this.#path);
    await this.#disk.syncDirectory(this.#directory);
  }
}

function parse(text: string): StoredElection | null {
  const line = checkedLine(text);
  if (line === null) return null;
  const { leaderId, leaderEpoch, votedId, votedDirectoryId, durableOffset, data_version } =
    JSON.parse(line) as QuorumStateData;
  if (data_version !== 1) return null;
  const votedKey = votedId < 0 ? null : { id: votedId, directoryId: votedDirectoryId };
  return { election: { epoch: leaderEpoch, leaderId, votedKey }, durableOffset };
}
