/**
 * Three brokers, replication factor 3, min.insync.replicas 2. One is stopped, one of its files or
 * directories is damaged, and it is started again. Whatever was done: nothing that the two others
 * hold is lost, all three end up with the same records, or the node refuses with the file's name
 * and is well once the file is back; and each is a line in the log.
 */
import { describe, expect, it } from 'vitest';
import { type Copy, damages, type Files } from './damage.ts';
import { Suite } from './damage-suite.ts';

const log = (files: Files, nth: number): string => {
  const names = files.list('data/orders-0').filter((name) => name.endsWith('.log'));
  return `data/orders-0/${names.at(nth)}`;
};
const kind = (files: Files, suffix: string, nth: number): string => {
  const names = files.list('data/orders-0').filter((name) => name.endsWith(suffix));
  return `data/orders-0/${names.at(nth)}`;
};

/** Each kind of file: where it is. */
const targets: Readonly<Record<string, (files: Files) => string>> = {
  'the first segment': (files) => log(files, 0),
  'a middle segment': (files) => log(files, 2),
  'the last full segment': (files) => log(files, -2),
  'the last segment': (files) => log(files, -1),
  'an index': (files) => kind(files, '.index', 1),
  'the last producer snapshot': (files) => kind(files, '.snapshot', -1),
  'the epoch checkpoint': () => 'data/orders-0/leader-epoch-checkpoint',
  'partition.metadata': () => 'data/orders-0/partition.metadata',
  'the replica’s directory': () => 'data/orders-0',
  'the high watermarks': () => 'data/replication-offset-checkpoint',
  'the recovery points': () => 'data/recovery-point-offset-checkpoint',
  'the mark': () => 'data/.kafka_cleanshutdown',
  'meta.properties': () => 'data/meta.properties',
  'the metadata log': () => 'data/__cluster_metadata-0/00000000000000000000.log',
  'the election': () => 'data/__cluster_metadata-0/quorum-state',
  'the quorum’s directory': () => 'data/__cluster_metadata-0',
};

/** What a path is exchanged with. */
function otherOf(files: Files, path: string): string | null {
  if (path === 'data/orders-0') return 'data/payments-0';
  if (path === 'data/replication-offset-checkpoint') return 'data/recovery-point-offset-checkpoint';
  if (path === 'data/recovery-point-offset-checkpoint') return 'data/replication-offset-checkpoint';
  if (path.startsWith('data/orders-0/')) {
    const same = path.replace('orders-0', 'payments-0');
    return files.bytes(same) === null ? null : same;
  }
  return null;
}

/** Whether a line of the log, or the refusal, names the file or its directory. */
function isNamed(path: string, lines: readonly string[]): boolean {
  const parts = path.split('/');
  const names = [path, parts.slice(0, 2).join('/')];
  return lines.some((line) => names.some((name) => line.includes(name)));
}

/**
 * What nothing vouches for where there is no mark: a byte that flips in what was flushed long ago
 * (the batch's checksum tells whoever reads it), and whole files of another log.
 */
function isBeyond(target: string, damage: string): boolean {
  if (damage === 'flipped') return /^the (first|last full)|^a middle/.test(target);
  return damage === 'exchanged' && /segment|epoch|snapshot/.test(target);
}

/** Runs all damages of one target, one after the other, on one cluster. */
async function damageAll(clean: boolean, target: string): Promise<string[]> {
  const suite = await Suite.start(`${target} ${clean}`);
  const { cluster } = suite;
  const outcomes: string[] = [];
  for (const [name, damage] of Object.entries(damages)) {
    if (!clean && isBeyond(target, name)) continue;
    const older: Copy = suite.files().copy('data');
    await suite.produce();
    await cluster.run(clean ? 1 : 61);
    await suite.stop(clean);
    await suite.produce();
    const files = suite.files();
    const before = files.copy('data');
    const path = targets[target]?.(files) ?? '';
    cluster.warnings.length = 0;
    damage(files, path, { older, other: otherOf(files, path) });
    const changed = !isSame(before, files.copy('data'));
    let refusal = await suite.startAgain();
    const lines = cluster.warnings.filter((line) => line.startsWith('m3'));
    if (changed) outcomes.push(`${name}: ${outcomeOf(refusal, lines)}`);
    if (changed && clean && target !== 'the mark') {
      expect([target, name, isNamed(path, [...lines, refusal ?? '']), lines]).toMatchObject([
        target,
        name,
        true,
        lines,
      ]);
    }
    if (refusal !== null) {
      expect(refusal).toMatch(/restore|Restore/);
      files.restore('data', before);
      refusal = await suite.startAgain();
      expect(refusal).toBeNull();
    }
    suite.expectAllWhole();
  }
  return outcomes;
}

function outcomeOf(refusal: string | null, lines: readonly string[]): string {
  if (refusal !== null) return 'refused';
  return lines.length > 0 ? 'repaired' : 'silent';
}

function isSame(a: Copy, b: Copy): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(([path, bytes]) => {
    const other = b.get(path);
    return other !== undefined && Buffer.compare(bytes, other) === 0;
  });
}

describe('a directory damaged after a clean stop', () => {
  it.each(Object.keys(targets))('%s is noticed, and nothing is lost', async (target) => {
    const outcomes = await damageAll(true, target);
    const refuses = /^(meta|the metadata log|the election|the quorum)/.test(target);
    // Without its mark a shutdown is none that was clean, as after a crash.
    const expected = target === 'the mark' ? 'silent' : refuses ? 'refused' : 'repaired';
    expect(new Set(outcomes.map((outcome) => outcome.split(': ')[1]))).toEqual(new Set([expected]));
    expect(outcomes.length).toBeGreaterThan(5);
  });
});

describe('a directory damaged after an unclean stop', () => {
  it.each(Object.keys(targets))('%s costs nothing', async (target) => {
    const outcomes = await damageAll(false, target);
    expect(outcomes.join('; ')).toMatchSnapshot();
  });
});
