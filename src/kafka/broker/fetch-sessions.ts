/**
 * Fetch sessions (KIP-227): what a reader asks for is kept between its fetches, so that a request
 * names only what has changed and an answer only what is new. Bounded twice: by
 * max.incremental.fetch.session.cache.slots, and by the partitions of all sessions together. When
 * it is full a new session takes the place of one not used for two minutes, else of one that is
 * worth less: a consumer's before a follower's, a smaller before a larger, and of those only who
 * has had two minutes, or whom a follower's takes. Who gets none is answered session id 0 and goes
 * on without. Pure: time and chance are handed in.
 */

import type { Micros, Offset } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { errorCode } from '../protocol/errors.ts';
import type { FetchPartition, FetchResult, PartitionName } from '../replication/contract.ts';

const finalEpoch = -1;
const initialEpoch = 0;
const noSession = 0;
const evictionUs: Micros = 120_000_000;
/** Some tens of megabytes. */
const mostPartitions = 250_000;

export interface FetchSessionsOptions {
  readonly slots: number;
  readonly nowUs: () => Micros;
  /** An integer in [0, bound). */
  readonly draw: (bound: number) => number;
  readonly mostPartitions?: number;
}

/** What a request says of its session, and what it names. */
export interface SessionRequest {
  readonly sessionId: number;
  readonly sessionEpoch: number;
  readonly isFollower: boolean;
  /** From version 13 on; within one session all or none of the requests do. */
  readonly usesTopicIds: boolean;
  /** Each partition once. */
  readonly partitions: readonly FetchPartition[];
  readonly forgotten: readonly PartitionName[];
}

/** One request's turn: what is to be read, then what is to be told of it. */
export interface SessionTurn {
  /** With an error nothing is read. */
  readonly errorCode: number;
  readonly partitions: readonly FetchPartition[];
  /** The results stand for `partitions`, in their order. Called once, now or later. */
  conclude(results: readonly FetchResult[]): SessionAnswer;
}

export interface SessionAnswer {
  readonly errorCode: number;
  readonly sessionId: number;
  readonly results: readonly FetchResult[];
}

interface CachedPartition {
  readonly key: string;
  asked: FetchPartition;
  /** As last told. */
  highWatermark: Offset;
  logStartOffset: Offset;
}

interface Session {
  readonly id: number;
  readonly isPrivileged: boolean;
  readonly usesTopicIds: boolean;
  readonly createdUs: Micros;
  readonly partitions: Map<string, CachedPartition>;
  lastUsedUs: Micros;
  epoch: number;
}

export class FetchSessions {
  readonly #options: FetchSessionsOptions;
  readonly #mostPartitions: number;
  /** The one used longest ago first. */
  readonly #sessions = new Map<number, Session>();
  #partitions = 0;

  constructor(options: FetchSessionsOptions) {
    this.#options = options;
    this.#mostPartitions = options.mostPartitions ?? mostPartitions;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Partitions of all sessions together. */
  get partitions(): number {
    return this.#partitions;
  }

  begin(request: SessionRequest): SessionTurn {
    const { sessionId, sessionEpoch } = request;
    const session = this.#sessions.get(sessionId);
    if (sessionEpoch === finalEpoch || sessionEpoch === initialEpoch) {
      if (session !== undefined) this.#remove(session);
      return sessionEpoch === finalEpoch
        ? sessionless(request.partitions)
        : this.#fullTurn(request);
    }
    if (session === undefined) {
      mark('fetch-session-unknown');
      return refused(errorCode.fetchSessionIdNotFound);
    }
    if (session.epoch !== sessionEpoch) {
      mark('fetch-session-epoch-refused');
      return refused(errorCode.invalidFetchSessionEpoch);
    }
    if (session.usesTopicIds !== request.usesTopicIds) {
      return refused(errorCode.fetchSessionTopicIdError);
    }
    return this.#incrementalTurn(session, request);
  }

  #fullTurn(request: SessionRequest): SessionTurn {
    const { partitions } = request;
    return {
      errorCode: errorCode.none,
      partitions,
      conclude: (results) => {
        const sessionId = this.#create(request, results);
        return { errorCode: errorCode.none, sessionId, results };
      },
    };
  }

  #incrementalTurn(session: Session, request: SessionRequest): SessionTurn {
    this.#update(session, request);
    if (session.partitions.size === 0) {
      this.#remove(session);
      return sessionless(request.partitions);
    }
    if (this.#partitions > this.#mostPartitions) {
      this.#remove(session);
      return refused(errorCode.fetchSessionIdNotFound);
    }
    this.#touch(session);
    session.epoch = nextEpoch(session.epoch);
    const { epoch } = session;
    const cached = [...session.partitions.values()];
    return {
      errorCode: errorCode.none,
      partitions: cached.map(({ asked }) => asked),
      conclude: (results) => {
        // Another request of this session came while this one waited: it was sent twice.
        if (session.epoch !== epoch) {
          mark('fetch-session-overtaken');
          const code = errorCode.invalidFetchSessionEpoch;
          return { errorCode: code, sessionId: session.id, results: [] };
        }
        const news = results.filter((result, at) => takeNews(session, cached[at], result));
        return { errorCode: errorCode.none, sessionId: session.id, results: news };
      },
    };
  }

  #update(session: Session, { partitions, forgotten }: SessionRequest): void {
    const { usesTopicIds } = session;
    const before = session.partitions.size;
    for (const asked of partitions) {
      const key = keyOf(asked, usesTopicIds);
      const known = session.partitions.get(key);
      if (known !== undefined) known.asked = asked;
      else {
        session.partitions.set(key, { key, asked, highWatermark: -1, logStartOffset: -1 });
      }
    }
    for (const name of forgotten) session.partitions.delete(keyOf(name, usesTopicIds));
    this.#partitions += session.partitions.size - before;
  }

  /** Id of a new session in which all of this was told; 0 where there is no room. */
  #create(request: SessionRequest, results: readonly FetchResult[]): number {
    const { isFollower, partitions, usesTopicIds } = request;
    if (!this.#makeRoom(isFollower, partitions.length)) return noSession;
    const cached = new Map<string, CachedPartition>();
    for (const [at, asked] of partitions.entries()) {
      const key = keyOf(asked, usesTopicIds);
      const highWatermark = results[at]?.highWatermark ?? -1;
      const logStartOffset = results[at]?.logStartOffset ?? -1;
      cached.set(key, { key, asked, highWatermark, logStartOffset });
    }
    const nowUs = this.#options.nowUs();
    const id = this.#newId();
    this.#partitions += cached.size;
    this.#sessions.set(id, {
      id,
      isPrivileged: isFollower,
      usesTopicIds,
      createdUs: nowUs,
      partitions: cached,
      lastUsedUs: nowUs,
      epoch: nextEpoch(initialEpoch),
    });
    return id;
  }

  #makeRoom(isPrivileged: boolean, size: number): boolean {
    if (size + this.#partitions > this.#mostPartitions) return false;
    if (this.#sessions.size < this.#options.slots) return true;
    const victim = this.#victimFor(isPrivileged, size);
    if (victim === null) return false;
    mark('fetch-session-evicted');
    this.#remove(victim);
    return true;
  }

  #victimFor(isPrivileged: boolean, size: number): Session | null {
    const [oldest] = this.#sessions.values();
    if (oldest === undefined) return null;
    if (this.#options.nowUs() - oldest.lastUsedUs > evictionUs) return oldest;
    let least: Session | null = null;
    for (const session of this.#sessions.values()) {
      const hadItsTime = session.lastUsedUs - session.createdUs > evictionUs;
      if (!hadItsTime && !(isPrivileged && !session.isPrivileged)) continue;
      if (least === null || worthOf(session) < worthOf(least)) least = session;
    }
    if (least === null) return null;
    return worth(isPrivileged, size) < worthOf(least) ? null : least;
  }

  #newId(): number {
    for (;;) {
      const id = 1 + this.#options.draw(0x7fff_fffe);
      if (!this.#sessions.has(id)) return id;
    }
  }

  #touch(session: Session): void {
    session.lastUsedUs = this.#options.nowUs();
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
  }

  #remove(session: Session): void {
    this.#sessions.delete(session.id);
    this.#partitions -= session.partitions.size;
  }
}

/** Of two sessions the one of less worth goes: a consumer's, then the smaller. */
const worth = (isPrivileged: boolean, size: number): number =>
  (isPrivileged ? 0x8000_0000 : 0) + size;
const worthOf = (session: Session): number => worth(session.isPrivileged, session.partitions.size);

const nextEpoch = (epoch: number): number => (epoch === 0x7fff_ffff ? 1 : epoch + 1);

const keyOf = ({ topicId, topic, index }: PartitionName, usesTopicIds: boolean): string =>
  `${usesTopicIds ? topicId : topic}/${index}`;

/** Most fetches have no session: they share the one function. */
const concludeWithout: SessionTurn['conclude'] = (results) => ({
  errorCode: errorCode.none,
  sessionId: noSession,
  results,
});

const sessionless = (partitions: readonly FetchPartition[]): SessionTurn => ({
  errorCode: errorCode.none,
  partitions,
  conclude: concludeWithout,
});

const refused = (code: number): SessionTurn => ({
  errorCode: code,
  partitions: [],
  conclude: () => ({ errorCode: code, sessionId: noSession, results: [] }),
});

/**
 * True where the result says what was not told before; it is told now. Who got records goes to the
 * end of the session, so that all partitions have their turn when answers are full.
 */
function takeNews(
  session: Session,
  cached: CachedPartition | undefined,
  result: FetchResult,
): boolean {
  if (cached === undefined) return true;
  const isNews =
    result.records.length > 0 ||
    result.highWatermark !== cached.highWatermark ||
    result.logStartOffset !== cached.logStartOffset ||
    result.preferredReadReplica >= 0 ||
    result.divergingEpoch !== null ||
    result.errorCode !== errorCode.none;
  // After an error all is told again.
  cached.highWatermark = result.errorCode === errorCode.none ? result.highWatermark : -1;
  cached.logStartOffset = result.logStartOffset;
  if (result.records.length > 0 && session.partitions.delete(cached.key)) {
    session.partitions.set(cached.key, cached);
  }
  return isNews;
}
