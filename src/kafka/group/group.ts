/** One group as its coordinator keeps it: its offsets, its last stored state, and its members. */
import { GroupOffsets } from './group-offsets.ts';
import type { Members } from './members.ts';
import type { StoredGroup } from './records.ts';

export class Group {
  readonly id: string;
  readonly offsets = new GroupOffsets();
  /** As its last record has it; null where no record speaks of members. */
  stored: StoredGroup | null = null;
  /** Null where nobody ever joined. */
  members: Members | null = null;
  /** Takes the place of the members with its first record. */
  successor: Members | null = null;

  constructor(id: string) {
    this.id = id;
  }
}
