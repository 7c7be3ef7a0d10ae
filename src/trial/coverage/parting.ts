/**
 * How far the logs of a partition have parted: at each change of leader, of ISR and at each cut, in
 * how many leader epochs a replica has records that are not committed, and how many others have
 * such records of another epoch. Most trials never get beyond one and none; what is dangerous
 * happens beyond, and a hunt that is told goes there step by step.
 */
import type { LeaderEpoch, NodeId, Offset, Uuid } from '../../base/ids.ts';
import type { Observation } from '../../kafka/observation.ts';

/** Records of one leader epoch, up to `end`. */
interface Run {
  readonly epoch: LeaderEpoch;
  end: Offset;
}

interface Logs {
  committed: Offset;
  /** By node, in offset order; what is committed is forgotten. */
  readonly runs: Map<NodeId, Run[]>;
}

interface Where {
  readonly topicId: Uuid;
  readonly partition: string;
  readonly node: NodeId;
}

/** Beyond so many, more says nothing. */
const most = 3;

export class Parting {
  readonly #partitions = new Map<string, Logs>();

  /** What it has come to, where that may matter now; null otherwise. */
  observe(observation: Observation): string | null {
    if (!('partition' in observation)) return null;
    switch (observation.kind) {
      case 'batch-appended': {
        const { leaderEpoch, lastOffset } = observation;
        append(this.#runsOf(observation), leaderEpoch, lastOffset + 1);
        return null;
      }
      case 'high-watermark': {
        const logs = this.#logsOf(observation);
        if (observation.role === 'leader')
          logs.committed = Math.max(logs.committed, observation.highWatermark);
        return null;
      }
      case 'log-opened':
        cut(this.#runsOf(observation), observation.end);
        return null;
      case 'log-deleted':
        this.#logsOf(observation).runs.delete(observation.node);
        return null;
      case 'log-truncated': {
        const told = this.#tell(observation, 'cut');
        cut(this.#runsOf(observation), observation.to);
        return told;
      }
      case 'leader-started':
        return this.#tell(observation, 'leads');
      case 'follower-started':
        return this.#tell(observation, 'follows');
      case 'isr-changed':
        return this.#tell(observation, 'isr');
      default:
        return null;
    }
  }

  #tell(where: Where, when: string): string | null {
    const { node } = where;
    const { committed, runs } = this.#logsOf(where);
    const open = (of: NodeId): Run[] => {
      const own = runs.get(of) ?? [];
      while (own.length > 0 && own[0]!.end <= committed) own.shift();
      return own;
    };
    const epochs = open(node).length;
    const last = open(node).at(-1)?.epoch;
    let others = 0;
    for (const other of runs.keys()) {
      const theirs = open(other).at(-1)?.epoch;
      if (other !== node && theirs !== undefined && theirs !== last) others++;
    }
    if (epochs + others === 0) return null;
    return `${when}: ${Math.min(epochs, most)} open epochs, ${Math.min(others, most)} parted`;
  }

  #logsOf({ topicId, partition }: Where): Logs {
    const name = `${topicId} ${partition}`;
    let logs = this.#partitions.get(name);
    if (logs === undefined) {
      logs = { committed: 0, runs: new Map() };
      this.#partitions.set(name, logs);
    }
    return logs;
  }

  #runsOf(where: Where): Run[] {
    const { node } = where;
    const { runs, committed } = this.#logsOf(where);
    let own = runs.get(node);
    if (own === undefined) {
      own = [];
      runs.set(node, own);
    }
    while (own.length > 1 && own[0]!.end <= committed) own.shift();
    return own;
  }
}

function append(runs: Run[], epoch: LeaderEpoch, end: Offset): void {
  const last = runs.at(-1);
  if (last?.epoch === epoch) last.end = end;
  else runs.push({ epoch, end });
}

/** The start of a run is the end of the one before, or was committed. */
function cut(runs: Run[], to: Offset): void {
  while (runs.length > 1 && runs.at(-2)!.end >= to) runs.pop();
  const last = runs.at(-1);
  if (last !== undefined) last.end = Math.min(last.end, to);
}
