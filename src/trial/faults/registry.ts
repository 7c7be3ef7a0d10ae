/**
 * All kinds of fault, and faults as data: the schema of a fault in a plan comes from the kinds. A
 * new kind is a file in `kinds/` and two lines here.
 */
import * as z from 'zod';
import type { AnyFaultKind } from './kind.ts';
import { bitRot } from './kinds/bit-rot.ts';
import { bridge } from './kinds/bridge.ts';
import { clockDrift } from './kinds/clock-drift.ts';
import { clockJump } from './kinds/clock-jump.ts';
import { clog } from './kinds/clog.ts';
import { crash } from './kinds/crash.ts';
import { failedSync } from './kinds/failed-sync.ts';
import { flappingLink } from './kinds/flapping-link.ts';
import { fullDisk } from './kinds/full-disk.ts';
import { isolate } from './kinds/isolate.ts';
import { lostAnswer } from './kinds/lost-answer.ts';
import { majorityRing } from './kinds/majority-ring.ts';
import { misdirectedWrite } from './kinds/misdirected-write.ts';
import { oneWayPartition } from './kinds/one-way-partition.ts';
import { pause } from './kinds/pause.ts';
import { powerLoss } from './kinds/power-loss.ts';
import { readError } from './kinds/read-error.ts';
import { reconfigure } from './kinds/reconfigure.ts';
import { replacedDisk } from './kinds/replaced-disk.ts';
import { restart } from './kinds/restart.ts';
import { rollingRestart } from './kinds/rolling-restart.ts';
import { slowConnection } from './kinds/slow-connection.ts';
import { slowDisk } from './kinds/slow-disk.ts';
import { slowNetwork } from './kinds/slow-network.ts';
import { slowStart } from './kinds/slow-start.ts';
import { split } from './kinds/split.ts';
import { stalledDisk } from './kinds/stalled-disk.ts';
import { swizzle } from './kinds/swizzle.ts';
import { unreadableSector } from './kinds/unreadable-sector.ts';
import { wipe } from './kinds/wipe.ts';

const kinds = [
  crash,
  powerLoss,
  pause,
  restart,
  wipe,
  isolate,
  oneWayPartition,
  split,
  bridge,
  majorityRing,
  clog,
  swizzle,
  slowNetwork,
  fullDisk,
  slowDisk,
  stalledDisk,
  failedSync,
  readError,
  clockJump,
  clockDrift,
  lostAnswer,
  slowConnection,
  flappingLink,
  rollingRestart,
  reconfigure,
  replacedDisk,
  slowStart,
  bitRot,
  misdirectedWrite,
  unreadableSector,
] as const;

export const faultSchema = z.discriminatedUnion('kind', [
  crash.schema,
  powerLoss.schema,
  pause.schema,
  restart.schema,
  wipe.schema,
  isolate.schema,
  oneWayPartition.schema,
  split.schema,
  bridge.schema,
  majorityRing.schema,
  clog.schema,
  swizzle.schema,
  slowNetwork.schema,
  fullDisk.schema,
  slowDisk.schema,
  stalledDisk.schema,
  failedSync.schema,
  readError.schema,
  clockJump.schema,
  clockDrift.schema,
  lostAnswer.schema,
  slowConnection.schema,
  flappingLink.schema,
  rollingRestart.schema,
  reconfigure.schema,
  replacedDisk.schema,
  slowStart.schema,
  bitRot.schema,
  misdirectedWrite.schema,
  unreadableSector.schema,
]);

export type Fault = z.output<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;
export type FaultKindName = Fault['kind'];

export const faultKinds: readonly AnyFaultKind[] = kinds;
export const faultKindNames: readonly FaultKindName[] = kinds.map(({ name }) => name);

/** Those that a seed may draw. */
export const drawnKindNames: readonly FaultKindName[] = kinds
  .filter((kind: AnyFaultKind) => kind.notDrawn === undefined)
  .map(({ name }) => name);

const byName = new Map<string, AnyFaultKind>(kinds.map((kind) => [kind.name, kind]));

export function kindOf({ kind }: { readonly kind: FaultKindName }): AnyFaultKind {
  return byName.get(kind)!;
}
