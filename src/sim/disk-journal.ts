import type { Micros } from '../base/ids.ts';
import type { FileContent } from './disk-file.ts';

/**
 * The operations on directories (creates, renames, removes) that are not durable yet, oldest first.
 * Syncing a directory makes those durable that touch it, and no others but what they build on, so
 * that what is durable is at each moment a tree in which every file has one name at most, and no
 * file is lost that nobody removed. An operation builds on each earlier one
 * - that touches an entry which it touches too (a rename on the create of what it moves);
 * - that put the directory a rename moves something into, or one above it, where it is;
 * - that renamed something into or out of a directory which it takes away.
 * A rename is one operation over both its directories: it happens whole or not at all. After a
 * power loss, the first so many of those pending have happened and the others have not.
 */
export class Directory {
  entries = new Map<string, TreeNode>();
  readonly durable = new Map<string, TreeNode>();
}

export type TreeNode = Directory | FileContent;

export interface EntryChange {
  readonly directory: Directory;
  readonly name: string;
  readonly node: TreeNode | null;
}

interface Operation {
  readonly sequence: number;
  readonly time: Micros;
  readonly changes: readonly EntryChange[];
  /** What it builds on beside those that share an entry with it. */
  readonly needs: readonly Operation[];
}

export class DiskJournal {
  #pending: Operation[] = [];
  #sequence = 0;

  /** Number of the latest operation: a sync covers those up to it. */
  get sequence(): number {
    return this.#sequence;
  }

  /** How many operations a power loss puts at risk. */
  get pending(): number {
    return this.#pending.length;
  }

  /**
   * Adds an operation. `path`: the directories a rename moves something into, from the root on;
   * `lost`: those that are gone with it.
   */
  add(
    changes: readonly EntryChange[],
    time: Micros,
    path: readonly Directory[],
    lost: readonly Directory[],
  ): void {
    const needs =
      path.length === 0 && lost.length === 0
        ? noOperations
        : this.#pending.filter(
            (earlier) =>
              earlier.changes.some(({ node }) => path.includes(node as Directory)) ||
              (isRename(earlier) &&
                earlier.changes.some(({ directory }) => lost.includes(directory))),
          );
    this.#pending.push({ sequence: ++this.#sequence, time, changes, needs });
  }

  /** Operations on this directory up to this one are durable, and what they build on. */
  settle(directory: Directory, sequence: number): void {
    const chosen = new Set<Operation>();
    const entries = new Map<Directory, Set<string>>();
    for (let i = this.#pending.length - 1; i >= 0; i--) {
      const operation = this.#pending[i] as Operation;
      const { changes, needs } = operation;
      const isCovered =
        operation.sequence <= sequence && changes.some((change) => change.directory === directory);
      const isNeeded = changes.some((at) => entries.get(at.directory)?.has(at.name) === true);
      if (!isCovered && !isNeeded && !chosen.has(operation)) continue;
      chosen.add(operation);
      for (const need of needs) chosen.add(need);
      for (const { directory, name } of changes) {
        const names = entries.get(directory);
        if (names === undefined) entries.set(directory, new Set([name]));
        else names.add(name);
      }
    }
    if (chosen.size === 0) return;
    for (const operation of this.#pending) if (chosen.has(operation)) perform(operation);
    this.#pending = this.#pending.filter((operation) => !chosen.has(operation));
  }

  /** Those from before this time are durable. */
  settleBefore(time: Micros): void {
    while (this.#pending[0] !== undefined && this.#pending[0].time < time) {
      perform(this.#pending.shift() as Operation);
    }
  }

  /** Power loss: only the first `kept` of the pending operations have happened. */
  lose(kept: number): void {
    for (const operation of this.#pending.slice(0, kept)) perform(operation);
    this.#pending = [];
  }
}

const noOperations: readonly Operation[] = [];

const isRename = ({ changes }: Operation): boolean => changes.length > 1;

/** What is durable, too, is now as the operation has it. */
function perform(operation: Operation): void {
  for (const { directory, name, node } of operation.changes) {
    if (node === null) directory.durable.delete(name);
    else directory.durable.set(name, node);
  }
}
