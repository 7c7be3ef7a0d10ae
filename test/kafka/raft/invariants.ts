/**
 * What must hold of a quorum whatever happens, judged after each effect and at the end. Each throws
 * with a sentence.
 */
import type { LeaderEpoch, NodeId, Offset } from '../../../src/base/ids.ts';
import type { Effect } from '../../../src/kafka/raft/effects.ts';
import type { Lab, LabNode } from './lab.ts';
import type { Entry } from './memory-log.ts';

export class Broken extends Error {}

export class Invariants {
  readonly #leaders = new Map<LeaderEpoch, NodeId>();
  /** What was ever exposed as committed, and by which epoch's leader at the highest. */
  readonly committed: Entry[] = [];
  readonly #exposedByEpoch = new Map<LeaderEpoch, Offset>();

  onEffect(node: LabNode, effect: Effect): void {
    if (effect.kind === 'role' && effect.role === 'leader')
      this.#leads(node, effect.election.epoch);
    if (effect.kind === 'committed') this.#commits(node, effect);
    if (effect.kind === 'halt') throw new Broken(effect.reason);
  }

  /** Two logs that agree on an entry's offset and epoch agree on all before it. */
  checkLogMatching(lab: Lab): void {
    const nodes = [...lab.nodes.values()];
    for (const [index, a] of nodes.entries()) {
      for (const b of nodes.slice(index + 1)) {
        let agreed = Math.min(a.log.endOffset, b.log.endOffset) - 1;
        while (agreed >= 0 && a.log.entries[agreed]?.epoch !== b.log.entries[agreed]?.epoch)
          agreed -= 1;
        for (let offset = 0; offset <= agreed; offset++) {
          if (!same(a.log.entries[offset], b.log.entries[offset])) {
            throw new Broken(
              `log matching: ${a.id} and ${b.id} differ at ${offset} below ${agreed}`,
            );
          }
        }
      }
    }
  }

  #leads(node: LabNode, epoch: LeaderEpoch): void {
    const other = this.#leaders.get(epoch);
    if (other !== undefined && other !== node.id) {
      throw new Broken(`single leader: ${other} and ${node.id} both lead epoch ${epoch}`);
    }
    this.#leaders.set(epoch, node.id);
    const newest = Math.max(...this.#leaders.keys());
    if (epoch < newest) return;
    for (const [offset, entry] of this.committed.entries()) {
      if (!same(entry, node.log.entries[offset])) {
        throw new Broken(
          `leader completeness: ${node.id} leads epoch ${epoch} without committed ${offset}`,
        );
      }
    }
  }

  #commits(
    node: LabNode,
    { highWatermark, epoch, isLeader }: Effect & { kind: 'committed' },
  ): void {
    for (let offset = 0; offset < highWatermark; offset++) {
      const entry = node.log.entries[offset];
      if (entry === undefined)
        throw new Broken(`${node.id} has nothing at ${offset}, below its high watermark`);
      const before = this.committed[offset];
      if (before === undefined) this.committed.push(entry);
      else if (!same(before, entry))
        throw new Broken(`committed twice: offset ${offset} on ${node.id}`);
    }
    if (!isLeader) return;
    for (const [other, exposed] of this.#exposedByEpoch) {
      if (other <= epoch && highWatermark < exposed) {
        throw new Broken(
          `high watermark fell from ${exposed} in epoch ${other} to ${highWatermark} in ${epoch}`,
        );
      }
    }
    this.#exposedByEpoch.set(epoch, highWatermark);
  }
}

function same(a: Entry | undefined, b: Entry | undefined): boolean {
  return a !== undefined && b !== undefined && a.epoch === b.epoch && a.text === b.text;
}
