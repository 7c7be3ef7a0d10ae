/**
 * The marks of the cluster and its clients: rare branches where what is dangerous happens. Each is
 * said once in the code, by `mark(…)`; a sweep with `--coverage` tells which were reached. `excused`
 * says why a sweep over the stock scenarios need not reach it.
 */
const noDamage = 'it takes damaged files, and no seed draws faults that damage them';
const noSessions = 'our followers and consumers open no fetch sessions';

const replicas = {
  'high-watermark-held': {
    means: 'the ISR is below min.insync.replicas, the high watermark waits',
  },
  'joined-at-epoch-start': { means: 'a follower comes into the ISR' },
  'join-refused': { means: 'a follower that caught up may not join the ISR' },
  'append-below-min-isr': { means: 'a leader refuses acks=all, as its ISR is below the minimum' },
  'below-min-isr-after-append': {
    means: 'the ISR fell below the minimum once a batch was appended',
    excused: 'the high watermark does not move below the minimum, so that a produce expires',
  },
  'produce-expired': { means: 'a produce waited for its followers longer than its time' },
  'answer-of-other-epoch': { means: 'a follower ignores an answer asked for under another leader' },
  'diverged-once': { means: 'a follower is told that its log parts from its leader’s' },
  'diverged-again': { means: 'it is told so again, after it has cut' },
  'leader-lacks-epoch': { means: 'a follower’s last epoch is one that its leader does not have' },
  'out-of-range-retried': { means: 'a follower was out of range for a moment only' },
  'out-of-range-truncated': { means: 'a follower’s log was longer than its leader’s' },
  'out-of-range-start-over': { means: 'a follower’s log ended below its leader’s start' },
  'fetch-fenced': { means: 'a fetch names an older leader epoch' },
  'fetch-ahead': { means: 'a fetch names a leader epoch that the broker has not heard of' },
  'fetch-of-former-life': { means: 'a fetch of a former life of a broker arrives' },
  'fetch-of-stranger': { means: 'a follower fetches that the leader does not know to be one' },
  'fetch-below-start': { means: 'a fetch begins below the start of the log' },
  'fetch-beyond-end': { means: 'a fetch begins behind the end of the log' },
  'proposal-retried': { means: 'a change of the ISR was not answered, and is proposed again' },
  'proposal-overtaken': { means: 'metadata has overtaken a change of the ISR before its answer' },
  'proposal-taken-back': { means: 'a leader takes a refused change of its ISR back' },
  'removed-while-leading': { means: 'a replica is removed while it leads' },
  'replica-set-aside': {
    means: 'a replica found on disk is not, or not surely, what it should be',
  },
  'unassigned-while-leading': { means: 'a replica leads that metadata gives to other brokers' },
  'unassigned-while-following': { means: 'a replica fetches that metadata gives to other brokers' },
  'recreated-beside-former': {
    means: 'a topic is created anew where its former replica still is',
    excused: 'of what a node learns at once, deletions come first',
  },
  'log-directory-failed': { means: 'the disk of the logs has failed, and the broker ends' },
} as const;

const logs = {
  'duplicate-batch': { means: 'a leader recognises a batch that it has' },
  'sequence-gap': { means: 'a leader refuses a batch, since one before it is missing' },
  'producer-fenced': { means: 'a leader refuses a batch of an older epoch of its producer' },
  'append-refused-after-failure': {
    means: 'a log whose disk has failed refuses an append',
    excused: 'a broker ends itself in the event in which its disk fails',
  },
  'flush-failed': { means: 'a flush has failed, and what it was to make durable is lost' },
  'opened-after-unclean-stop': { means: 'a log is opened that was not closed in order' },
  'recovery-cut': { means: 'a log is cut when it is opened' },
  'recovery-drops-segments': { means: 'whole segments are left out when a log is opened' },
  'recovery-keeps-damage': {
    means: 'what was durable and is damaged is put aside',
    excused: noDamage,
  },
  'recovery-lacks-start': {
    means: 'the first segments of a log are missing when it is opened',
    excused: noDamage,
  },
  'index-rebuilt': {
    means: 'an index file does not fit, and its segment is read',
    excused: noDamage,
  },
} as const;

const quorum = {
  'vote-refused': { means: 'a voter refuses a vote' },
  'vote-asked-again': { means: 'a voter that has voted is asked by another in the same epoch' },
  'vote-for-replaced-disk': { means: 'a vote is asked of a voter whose disk was replaced' },
  'pre-vote-refused': { means: 'a voter would refuse a vote' },
  'pre-vote-in-vain': { means: 'a node learns that it would not be elected' },
  'election-in-vain': { means: 'a candidate was not elected, and waits' },
  'quorum-leader-unheard': { means: 'a leader hears no majority for too long, and resigns' },
  'quorum-fetch-fenced': { means: 'a node of the quorum fetches in an older epoch' },
  'quorum-fetch-ahead': { means: 'a node of the quorum fetches in a later epoch' },
  'quorum-log-diverges': { means: 'a leader finds that a node’s metadata log parts from its own' },
  'metadata-log-cut': { means: 'a node cuts its metadata log' },
  'cut-during-flush': { means: 'a flush ends that was asked for before the log was cut' },
  'metadata-cut-refused': {
    means: 'a node refuses to cut what is committed, and halts',
    excused: 'no leader asks for it where the quorum is right',
  },
  'quorum-not-ready': { means: 'a node of the quorum is asked before it knows its election' },
  'voters-bound': { means: 'the directory of a voter is written down for the first time' },
  'quorum-disk-failed': { means: 'the disk of the metadata log has failed, and the node ends' },
} as const;

const controllers = {
  'elected-from-elr': { means: 'a member of the ELR is elected' },
  'elected-last-known': { means: 'the last known leader is elected' },
  'elected-uncleanly': { means: 'a replica is elected that may lack committed records' },
  'nobody-to-elect': { means: 'no replica may lead' },
  'member-ineligible': { means: 'a leader proposes a member that the controller refuses' },
  'proposal-of-former-life': { means: 'a former life of a broker proposes an ISR' },
  'proposal-ahead': { means: 'an ISR is proposed by one who knows more than the controller' },
  'proposal-fenced': { means: 'an ISR is proposed under an older leader epoch' },
  'proposal-outdated': { means: 'an ISR is proposed upon an older state of the partition' },
  'proposal-for-deleted-topic': { means: 'an ISR is proposed of a topic that is gone' },
  'proposal-moves-leader': { means: 'an ISR is accepted by which its proposer leads no more' },
  'reassignment-completed': { means: 'a partition has the replicas that were wanted for it' },
  'reassignment-removes-leader': { means: 'a leader is none of the replicas that stay' },
  'added-in-sync-early': {
    means: 'a replica that is being added is in the ISR before its partition has all that it shall',
  },
  'reassignment-cancelled': { means: 'a change of replicas that was under way is taken back' },
  'unclean-return': { means: 'a broker registers after an unclean shutdown' },
  'duplicate-registration': { means: 'a broker registers while its former life has a session' },
  'registered-again': { means: 'a broker registers that has done so, and lost the answer' },
  'session-ended': { means: 'a broker is fenced, as it was not heard of' },
  'heartbeat-of-former-life': { means: 'a heartbeat is not of the registration that counts' },
  'controlled-shutdown': { means: 'a broker with leaderships begins to shut down' },
} as const;

const brokers = {
  'fetch-session-unknown': {
    means: 'a fetch names a session that the broker does not have',
    excused: noSessions,
  },
  'fetch-session-epoch-refused': {
    means: 'a fetch of a session is not the one that is due',
    excused: noSessions,
  },
  'fetch-session-overtaken': {
    means: 'a fetch of a session was sent twice, the first still waits',
    excused: noSessions,
  },
  'fetch-session-evicted': { means: 'a session makes room for another', excused: noSessions },
  'registration-replaced': { means: 'a broker learns that its registration does not count' },
  'drained-in-vain': { means: 'a broker shuts down that no controller answers' },
  'shutdown-without-leave': {
    means: 'a broker shuts down before its leaderships are handed over',
    excused: 'who cannot reach a controller goes after a session, well before 30 s',
  },
  'held-back': {
    means: 'a broker stays fenced, as it would lead with damaged files',
    excused: noDamage,
  },
  'clean-shutdown-contradicted': {
    means: 'files are not as a clean shutdown left them',
    excused: noDamage,
  },
  'peer-held-back': {
    means: 'a connection is not read from, as too much waits',
    excused: 'a connection queues a hundred requests, and our clients send five at once',
  },
} as const;

const clients = {
  'answer-timed-out': { means: 'a request was not answered in time, its connection is given up' },
  'connecting-timed-out': { means: 'a request was given up before its connection was up' },
  'batch-sent-again': { means: 'a producer sends a batch again that its leader may have' },
  'first-batch-sent-again': {
    means: 'the first batch that a leader gets of a producer is retried',
  },
  'batch-given-up-in-doubt': { means: 'a producer gives up a batch that may be written' },
  'acknowledged-after-given-up': { means: 'a batch is acknowledged that was given up' },
  'delivery-expired': { means: 'a batch was not delivered within its time' },
  'gap-was-written': { means: 'a batch given up in doubt was written: what followed was accepted' },
  'overtaken-batch': { means: 'a producer gives up a batch that a later one has overtaken' },
  'batch-split': {
    means: 'a producer halves a batch that was too large',
    excused: 'no stock scenario has a max.message.bytes that a batch exceeds',
  },
  'producer-epoch-raised': { means: 'a producer goes on under the next epoch' },
  'batches-renumbered': { means: 'a producer numbers its batches anew under another epoch' },
  'leader-told-with-error': { means: 'a broker names the new leader along with its error' },
  'older-metadata-ignored': { means: 'a broker tells of an older leader than the client knows' },
  'topic-recreated': { means: 'a client learns that a topic is another one of the same name' },
  'consumer-refused-leader': { means: 'a consumer fetches under an older leader epoch' },
  'consumer-out-of-range': { means: 'a consumer’s position is not in the log' },
  'consumer-truncated': { means: 'a consumer finds that the log was cut below its position' },
  'position-validated': { means: 'a consumer’s position holds under another leader' },
} as const;

const groups = {
  'stale-coordinator-refused': {
    means: 'a coordinator appends in an epoch in which it leads no more',
  },
  'load-awaits-commit': { means: 'a coordinator has read what may yet be lost, and waits' },
  'commit-while-loading': { means: 'a commit arrives while its coordinator loads' },
  'group-leader-replaced': {
    means: 'the leader of a group does not join a rebalance; another leads',
  },
  'group-members-absent': {
    means: 'members do not join a rebalance in time, and are removed',
  },
  'group-members-unsynced': { means: 'members do not sync in time, and are removed' },
  'group-waits-for-static': {
    means: 'a rebalance is over and only absent static members are left',
  },
  'rebalance-overtaken': { means: 'a rebalance begins while members wait for the one before' },
  'static-member-replaced': { means: 'a static member returns as another process' },
  'static-member-fenced': { means: 'a process that was replaced speaks up' },
  'replacement-not-stored': { means: 'the new id of a static member could not be appended' },
  'assignment-overtaken': {
    means: 'an assignment is stored when another rebalance has begun',
  },
  'assignment-not-stored': { means: 'an assignment could not be appended' },
  'stale-commit-refused': { means: 'a member commits as of another generation' },
  'member-epoch-fenced': { means: 'a member speaks in an epoch that is not its own (KIP-848)' },
  'commit-fenced': { means: 'a commit is of another epoch than its member (KIP-848)' },
  'commit-of-former-epoch': {
    means: 'a commit of an earlier epoch is taken, of partitions held since',
  },
  'member-gives-up-first': { means: 'a member has to give up something before it is given more' },
  'member-gives-up-more': { means: 'it has given up something, and has to give up more' },
  'partition-not-free': { means: 'a member waits for what another has not given up yet' },
  'group-upgraded': { means: 'a classic group is taken over by KIP-848' },
  'group-downgraded': { means: 'a group of KIP-848 becomes a classic one' },
  'offset-expired': { means: 'a committed offset has grown too old' },
  'partitions-lost': { means: 'a member loses partitions that it has not given up' },
  'commit-abandoned': { means: 'a commit waits when its member is lost' },
  'poll-overdue': { means: 'an application does not poll for too long, and its member leaves' },
} as const;

export const marks = {
  ...replicas,
  ...logs,
  ...quorum,
  ...controllers,
  ...brokers,
  ...clients,
  ...groups,
} as const;

export type MarkName = keyof typeof marks;
