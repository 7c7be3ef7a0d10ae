/**
 * The marks of the cluster and its clients: rare branches where what is dangerous happens. Each is
 * said once in the code, by `mark(…)`; a sweep with `--coverage` tells which were reached.
 */
export const marks = {
  'high-watermark-held': 'the ISR is below min.insync.replicas, and the high watermark waits',
  'joined-at-epoch-start': 'a follower comes into the ISR',
  'join-refused': 'a follower that caught up may not join: fenced, another life, below the epoch',
  'answer-of-other-epoch': 'a follower ignores an answer that it asked for under another leader',
  'diverged-once': 'a follower is told that its log parts from its leader’s',
  'diverged-again': 'it is told so again, after it has cut',
  'leader-lacks-epoch': 'a follower’s last epoch is one that its leader does not have',
  'out-of-range-retried': 'a follower was out of range for a moment only',
  'out-of-range-truncated': 'a follower’s log was longer than its leader’s',
  'out-of-range-start-over': 'a follower’s log ended below its leader’s start',
  'fetch-fenced': 'a fetch names another leader epoch',
  'fetch-of-former-life': 'a fetch of a former life of a broker arrives',
  'proposal-retried': 'a change of the ISR was not answered, and is proposed again',
  'duplicate-batch': 'a leader recognises a batch that it has',
  'sequence-gap': 'a leader refuses a batch, since one before it is missing',
  'elected-from-elr': 'a member of the ELR is elected',
  'elected-last-known': 'the last known leader is elected',
  'elected-uncleanly': 'a replica is elected that may lack committed records',
  'nobody-to-elect': 'no replica may lead',
  'member-ineligible': 'a leader proposes a member that the controller refuses',
  'unclean-return': 'a broker registers after an unclean shutdown',
  'duplicate-registration': 'a broker registers while its former life still has a session',
  'vote-refused': 'a voter refuses a vote',
  'pre-vote-refused': 'a voter would refuse a vote',
  'metadata-log-cut': 'a node cuts its metadata log',
  'append-refused-after-failure': 'a log whose disk has failed refuses an append',
  'recovery-cut': 'a log is cut when it is opened',
  'overtaken-batch': 'a producer gives up a batch that a later one has overtaken',
  'batch-split': 'a producer halves a batch that was too large',
  'batches-renumbered': 'a producer numbers its batches anew under another epoch',
  'stale-coordinator-refused': 'a coordinator appends in an epoch in which it leads no more',
} as const;

export type MarkName = keyof typeof marks;
