import type { Offset } from '../../../base/ids.ts';
import { atRisk } from '../../../base/mark.ts';
import type { NodeConfig } from '../../../kafka/config.ts';
import { describeImage } from '../../../kafka/metadata/describe-image.ts';
import { MetadataImage } from '../../../kafka/metadata/image.ts';
import { decodeRecord } from '../../../kafka/metadata/records.ts';
import { isControl } from '../../../kafka/records/batch.ts';
import { readRecords } from '../../../kafka/records/reader.ts';
import { metadataAsLogged, settingsAsCommitted } from '../../properties/cluster.ts';
import { recoveredAsWritten } from '../../properties/storage.ts';
import type { Report } from '../contract.ts';
import { batchEvidence, seenEvidence } from '../evidence.ts';
import { type ClusterLogs, metadataPartition } from '../partition-logs.ts';
import { wrongBytes } from '../stored/wrong-bytes.ts';
import type { MetadataCopies, MetadataCopy } from './metadata-copies.ts';
import { CommittedValues, wrongSetting } from './wrong-setting.ts';

/** A node that runs at the end. */
export interface LiveNode {
  readonly config: NodeConfig;
  /** Which process of its machine runs. */
  readonly boot: number;
}

export interface AtRest {
  readonly logs: ClusterLogs;
  readonly copies: MetadataCopies;
  readonly live: readonly LiveNode[];
  /** The cluster has converged: what is committed is in force everywhere. */
  readonly isSettled: boolean;
  readonly endUs: number;
}

/**
 * When all is over: each replica's files hold what was appended to it (`recovered-as-written`),
 * each node's image is what the log of metadata on the disks says (`metadata-as-logged`), and each
 * replica works by the settings that stand in there (`settings-as-committed`).
 */
export function checkAtRest(given: AtRest, report: Report): void {
  for (const node of given.live) checkFiles(given, node, report);
  checkMetadata(given, report);
}

function checkFiles({ logs, endUs }: AtRest, { config, boot }: LiveNode, report: Report): void {
  const { nodeId: node } = config;
  for (const { partition, replicas } of logs.all) {
    const replica = replicas.get(node);
    if (replica === undefined || replica.boot !== boot) continue;
    replica.noteDamage(logs.storage.pastOf(node));
    if (replica.isDamaged) continue;
    const stored = logs.storage.logOf(node, partition);
    const wrong = stored === null ? null : wrongBytes(stored, replica.batches, replica);
    if (wrong === null) continue;
    const { offset, problem, own, found } = wrong;
    report(recoveredAsWritten, {
      about: { partition, node, offset, problem },
      atUs: endUs,
      partition,
      evidence: [batchEvidence(node, own, true), batchEvidence(node, found)],
    });
  }
}

function checkMetadata(given: AtRest, report: Report): void {
  const { copies, live, isSettled } = given;
  const replays = new Map<Offset, Replay | null>();
  for (const node of live) {
    const copy = copies.of(node.config.nodeId);
    if (copy === undefined || copy.boot !== node.boot || copy.applied < 0) continue;
    let replay = replays.get(copy.applied);
    if (replay === undefined) {
      replay = replayUpTo(given, copy.applied);
      replays.set(copy.applied, replay);
    }
    if (replay === null) continue;
    atRisk(metadataAsLogged);
    checkImage(node, copy, replay.lines, given.endUs, report);
    if (isSettled) checkSettings(node, copy, replay.values, given.endUs, report);
  }
}

/** What the metadata log says up to an offset, as an image would describe it. */
interface Replay {
  readonly lines: readonly string[];
  /** Worked out apart, so that no image has to be right about them. */
  readonly values: CommittedValues;
}

/** Null where no disk tells. */
function replayUpTo({ logs, live, copies }: AtRest, upTo: Offset): Replay | null {
  const { storage } = logs;
  for (const { config } of live) {
    const node = config.nodeId;
    if (storage.pastOf(node).damages > 0 || (copies.of(node)?.applied ?? -1) < upTo) continue;
    const image = new MetadataImage();
    const values = new CommittedValues();
    storage.eachBatch(node, metadataPartition, (bytes, position) => {
      if (isControl(bytes, position)) return;
      for (const { offset, value } of readRecords(bytes, position)) {
        if (offset > upTo || value === null) continue;
        const record = decodeRecord(value);
        image.apply(record, offset);
        values.apply(record);
      }
    });
    const others = describeImage(image).filter((line) => !line.startsWith('config '));
    return { values, lines: [...others, ...values.lines()] };
  }
  return null;
}

function checkImage(
  { config: { nodeId: node } }: LiveNode,
  { describe, applied: offset, shown }: MetadataCopy,
  logged: readonly string[],
  atUs: number,
  report: Report,
): void {
  const own = describe();
  const has = firstBeyond(own, logged);
  const lacks = firstBeyond(logged, own);
  if (has === '' && lacks === '') return;
  report(metadataAsLogged, {
    about: { node, offset, has, lacks },
    atUs,
    partition: null,
    evidence: [seenEvidence(shown)],
  });
}

/** The first of `lines` that is not among `others`; '' where all are. */
function firstBeyond(lines: readonly string[], others: readonly string[]): string {
  const known = new Set(others);
  return lines.find((line) => !known.has(line)) ?? '';
}

function checkSettings(
  { config: { nodeId: node, settings } }: LiveNode,
  copy: MetadataCopy,
  values: CommittedValues,
  atUs: number,
  report: Report,
): void {
  const hasValues = values.lines().length > 0;
  for (const [partition, inUse] of copy.settings) {
    if (partition === metadataPartition) continue;
    const topic = partition.slice(0, partition.lastIndexOf('-'));
    if (hasValues) atRisk(settingsAsCommitted);
    for (const by of ['log', 'partition'] as const) {
      const used = inUse[by];
      const wrong =
        used === null ? null : wrongSetting(used, values, topic, node, settings.topicDefaults);
      if (wrong === null) continue;
      report(settingsAsCommitted, {
        about: { partition, node, by, ...wrong },
        atUs,
        partition,
        evidence: [seenEvidence(inUse.shown)],
      });
    }
  }
}
