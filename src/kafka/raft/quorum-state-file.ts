/**
 * The election on disk: Kafka's `quorum-state`, one line of JSON. Replaced as a whole: written
 * beside, made durable, renamed over, and the directory made durable; a crash leaves the old or the
 * new one.
 */
import { type LeaderEpoch, type NodeId, noNode, type Uuid, zeroUuid } from '../../base/ids.ts';
import { type Disk, DiskError } from '../../host/disk.ts';
import type { ElectionState } from './election-state.ts';

interface QuorumStateData {
  readonly leaderId: NodeId;
  readonly leaderEpoch: LeaderEpoch;
  readonly votedId: NodeId;
  readonly votedDirectoryId: Uuid;
  readonly data_version: 1;
}

export class QuorumStateFile {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #path: string;

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
    this.#path = `${directory}/quorum-state`;
  }

  /**
   * Null where there is none. Throws a DiskError also where it is damaged: without it no vote may
   * be given.
   */
  read(): ElectionState | null {
    if (!this.#disk.exists(this.#path)) return null;
    const file = this.#disk.open(this.#path);
    try {
      return parse(new TextDecoder().decode(file.read(0, file.size())), this.#path);
    } finally {
      file.close();
    }
  }

  async write(election: ElectionState): Promise<void> {
    const { leaderId, epoch, votedKey } = election;
    const data: QuorumStateData = {
      leaderId,
      leaderEpoch: epoch,
      votedId: votedKey?.id ?? noNode,
      votedDirectoryId: votedKey?.directoryId ?? zeroUuid,
      data_version: 1,
    };
    const temporary = `${this.#path}.tmp`;
    const file = this.#disk.open(temporary, true);
    try {
      file.truncate(0);
      file.write(0, new TextEncoder().encode(`${JSON.stringify(data)}\n`));
      await file.sync();
    } finally {
      file.close();
    }
    this.#disk.rename(temporary, this.#path);
    await this.#disk.syncDirectory(this.#directory);
  }
}

function parse(text: string, path: string): ElectionState {
  let data: Partial<QuorumStateData>;
  try {
    data = JSON.parse(text);
  } catch {
    throw new DiskError('EIO', path, 'understand');
  }
  const { leaderId, leaderEpoch, votedId, votedDirectoryId } = data;
  const isWhole = isId(leaderId) && isId(votedId) && Number.isSafeInteger(leaderEpoch);
  if (!isWhole || leaderEpoch === undefined) throw new DiskError('EIO', path, 'understand');
  const votedKey = votedId < 0 ? null : { id: votedId, directoryId: votedDirectoryId ?? zeroUuid };
  return { epoch: leaderEpoch, leaderId, votedKey };
}

function isId(value: unknown): value is NodeId {
  return Number.isInteger(value);
}
