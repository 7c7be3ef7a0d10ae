/**
 * `npm run differential -- --kafka DIR`: the same dialogue with Apache Kafka and with `serve`.
 *
 *   --kafka DIR    where Kafka's jars are; else the environment's KAFKA_LIB
 *   --only TEXTS   only groups whose name contains one of them, comma between; `docs/differences.md` stays as it is
 *   --report FILE  also writes what is unexplained, gathered by kind
 *
 * Exit codes: 0 all differences are explained, 1 some are not, 64 usage, 69 no Java or no jars, 130
 * interrupted.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Cluster, startApache, startOurs } from './clusters.ts';
import type { Group } from './dialogue.ts';
import { groups } from './dialogues/all.ts';
import { explanations } from './explained.ts';
import { Partner } from './perform.ts';
import { casesOf, differencesPage, openReport } from './report.ts';
import { countOf, type Judged, judge } from './verdicts.ts';

const exitCode = { ok: 0, unexplained: 1, usage: 64, unavailable: 69, interrupted: 130 } as const;

const howToGetJars = `Apache Kafka is needed for the comparison. With Maven, a pom.xml that depends on
  org.apache.kafka:kafka_2.13:4.1.0, org.apache.kafka:kafka-tools:4.1.0, org.slf4j:slf4j-nop:1.7.36
and
  mvn dependency:copy-dependencies -DoutputDirectory=lib
put the jars into lib; then
  npm run differential -- --kafka lib`;

class Unavailable extends Error {}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      kafka: { type: 'string' },
      only: { type: 'string', default: '' },
      report: { type: 'string' },
    },
  });
  const jars = resolve(values.kafka ?? process.env.KAFKA_LIB ?? '');
  const version = versionIn(jars, values.kafka ?? process.env.KAFKA_LIB);
  expectJava();
  const chosen = groups().filter(({ name }) =>
    values.only.split(',').some((text) => name.includes(text)),
  );
  if (chosen.length === 0) {
    console.error(`--only: no group has "${values.only}" in its name`);
    return exitCode.usage;
  }
  const { judged, broken } = await withClusters(jars, (partners) =>
    compare(chosen, partners, (soFar) => {
      if (values.report !== undefined) writeFileSync(values.report, openReport(version, soFar));
    }),
  );
  if (broken !== null) {
    console.error(broken);
    return exitCode.unexplained;
  }
  if (values.only === '') {
    const page = resolve(import.meta.dirname, '../../docs/differences.md');
    writeFileSync(page, differencesPage(version, judged));
    sayStale(judged);
  }
  return conclude(version, judged);
}

function versionIn(jars: string, given: string | undefined): string {
  if (given === undefined || given === '') {
    throw new Unavailable('neither --kafka nor KAFKA_LIB says where Kafka’s jars are');
  }
  const names = existsSync(jars) ? readdirSync(jars) : [];
  const server = names.map((name) => /^kafka_2\.13-(.+)\.jar$/.exec(name)?.[1]).find(Boolean);
  if (server === undefined) throw new Unavailable(`no kafka_2.13 jar in ${jars}`);
  return server;
}

function expectJava(): void {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
  } catch {
    throw new Unavailable('there is no java on the path; Kafka 4 needs Java 17');
  }
}

async function withClusters<T>(
  jars: string,
  work: (partners: readonly [apache: Partner, ours: Partner]) => Promise<T>,
): Promise<T> {
  const removals: (() => Promise<void>)[] = [];
  const remove = async (): Promise<void> => {
    await Promise.all(removals.splice(0).map((each) => each()));
  };
  let isEnding = false;
  const end = (code: number): void => {
    // Once is enough: who is impatient would leave processes and folders behind.
    if (isEnding) return;
    isEnding = true;
    void remove().finally(() => process.exit(code));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => end(exitCode.interrupted));
  }
  process.on('uncaughtException', (error) => {
    console.error(error);
    end(exitCode.unexplained);
  });
  const onRemoval = (removal: () => Promise<void>): void => void removals.push(removal);
  const startMs = Date.now();
  const keep = async (starting: Promise<Cluster>): Promise<Partner> => {
    const cluster = await starting;
    const partner = new Partner(cluster, startMs);
    await partner.untilReady();
    return partner;
  };
  try {
    // One after the other: each takes the neighbouring ports that it finds free.
    const ours = await keep(startOurs(onRemoval));
    const apache = await keep(startApache(jars, onRemoval));
    console.log(`both clusters are ready (${Math.round((Date.now() - startMs) / 1000)} s)`);
    return await work([apache, ours]);
  } finally {
    await remove();
  }
}

interface Outcome {
  readonly judged: readonly Judged[];
  /** Why the dialogue ended before its end. */
  readonly broken: string | null;
}

async function compare(
  chosen: readonly Group[],
  [apache, ours]: readonly [Partner, Partner],
  onGroup: (soFar: readonly Judged[]) => void,
): Promise<Outcome> {
  const judged: Judged[] = [];
  for (const group of chosen) {
    const began = performance.now();
    const facts = await Promise.all([apache.perform(group), ours.perform(group)]).catch(String);
    if (typeof facts === 'string') {
      const left = chosen.length - chosen.indexOf(group);
      return { judged, broken: `broken off with ${left} groups left, at ${group.name}: ${facts}` };
    }
    const [theirs, own] = facts;
    const these = group.cases.map(({ name }) =>
      judge(group.name, name, theirs.get(name)!, own.get(name)!),
    );
    judged.push(...these);
    onGroup(judged);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${group.name}: ${summary(these)} (${seconds} s)`);
  }
  return { judged, broken: null };
}

function summary(judged: readonly Judged[]): string {
  const counts = (['agrees', 'message only', 'explained', 'unexplained'] as const)
    .map((verdict) => `${countOf(judged, verdict)} ${verdict}`)
    .join(', ');
  return `${judged.length} cases, ${counts}`;
}

function sayStale(judged: readonly Judged[]): void {
  for (const each of explanations) {
    if (casesOf(each, judged) === 0) console.log(`explains nothing any more: ${each.what}`);
  }
}

function conclude(version: string, judged: readonly Judged[]): number {
  console.log(`Apache Kafka ${version} and ours: ${summary(judged)}`);
  return countOf(judged, 'unexplained') === 0 ? exitCode.ok : exitCode.unexplained;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Unavailable)) throw error;
  console.error(`${error.message}\n\n${howToGetJars}`);
  process.exitCode = exitCode.unavailable;
}
