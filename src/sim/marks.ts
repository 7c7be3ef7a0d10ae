/**
 * The marks of the simulated world: what it does to processes that they seldom meet. See
 * `kafka/marks.ts`.
 */
export const worldMarks = {
  'write-torn': { means: 'a loss of power tears a write at a sector' },
  'write-lost': { means: 'a loss of power takes an unsynced write' },
  'entries-lost': { means: 'a loss of power takes unsynced creates, renames or removes' },
  'sync-failed': { means: 'a sync fails, and what was dirty is gone' },
  'write-misdirected': {
    means: 'a write lands at another sector of its file',
    excused: 'no seed draws misdirected writes',
  },
  'process-stalled': { means: 'a process stands still in a disk call until its disk goes on' },
  'timer-put-off': { means: 'a clock runs slower than when a timer was set, which waits on' },
  'answer-lost': { means: 'an answer is lost after the work was done' },
  'connection-given-up': { means: 'what was sent went unacknowledged for too long' },
  'bytes-for-lost-connection': { means: 'bytes come for a connection that the other end lost' },
  'shown-after-end': { means: 'a process that has ended itself goes on to the end of the event' },
} as const;
