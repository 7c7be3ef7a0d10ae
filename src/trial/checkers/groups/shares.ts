/** What an assignment of a group has to be, as plain questions about who gets what. */
import { topicOf } from '../../history/incarnations.ts';

export interface Share {
  readonly memberId: string;
  /** Null: by a pattern, or not known. */
  readonly topics: readonly string[] | null;
  /** What it had, as far as it said so. */
  readonly had: readonly string[];
  readonly gets: readonly string[];
}

/** The first partition that two get, or somebody gets who did not ask for it. */
export function illegal(
  shares: readonly Share[],
): { readonly partition: string; readonly first: string; readonly second: string } | null {
  const owners = new Map<string, string>();
  for (const { gets, memberId, topics } of shares) {
    for (const partition of gets) {
      const first = owners.get(partition);
      if (first !== undefined) return { partition, first, second: memberId };
      owners.set(partition, memberId);
      if (topics !== null && !topics.includes(topicOf(partition)))
        return { partition, first: memberId, second: '' };
    }
  }
  return null;
}

/** Whether all subscribe to the same topics. */
export function haveOneSubscription(shares: readonly Share[]): boolean {
  const all = shares.map(({ topics }) => topics && [...new Set(topics)].sort().join());
  return all.every((topics) => topics !== null && topics === all[0]);
}

export interface Spread {
  readonly most: number;
  readonly least: number;
}

/** Sizes of all shares. */
export function spreadOf(shares: readonly Share[]): Spread {
  const sizes = shares.map(({ gets }) => new Set(gets).size);
  return { most: Math.max(...sizes), least: Math.min(...sizes) };
}

/** Of the topic whose shares differ most. */
export function spreadByTopic(shares: readonly Share[]): Spread {
  const sizes = new Map<string, number[]>();
  for (const { gets, topics } of shares) {
    for (const topic of new Set(topics ?? [])) {
      const own = gets.filter((partition) => topicOf(partition) === topic).length;
      const known = sizes.get(topic);
      if (known === undefined) sizes.set(topic, [own]);
      else known.push(own);
    }
  }
  let worst: Spread = { most: 0, least: 0 };
  for (const each of sizes.values()) {
    const spread = { most: Math.max(...each), least: Math.min(...each) };
    if (spread.most - spread.least > worst.most - worst.least) worst = spread;
  }
  return worst;
}

/**
 * How many partitions members keep, and how many they could have kept in an even assignment. What
 * they had counts only where it is still given to somebody, and one member alone had it.
 */
export function stickiness(shares: readonly Share[]): {
  readonly kept: number;
  readonly mightKeep: number;
} {
  const given = new Set(shares.flatMap(({ gets }) => gets));
  const claims = new Map<string, number>();
  for (const { had } of shares)
    for (const partition of new Set(had)) claims.set(partition, (claims.get(partition) ?? 0) + 1);
  const floor = Math.floor(given.size / shares.length);
  let withOneMore = given.size % shares.length;
  let kept = 0;
  let mightKeep = 0;
  for (const { gets, had } of shares) {
    const own = new Set(had.filter((each) => given.has(each) && claims.get(each) === 1));
    kept += gets.filter((partition) => own.has(partition)).length;
    const fuller = own.size > floor && withOneMore > 0;
    if (fuller) withOneMore--;
    mightKeep += Math.min(own.size, fuller ? floor + 1 : floor);
  }
  return { kept, mightKeep };
}
