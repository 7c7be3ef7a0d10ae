import type { Micros } from '../base/ids.ts';
import type { SimRandomStream } from './random.ts';

/**
 * How long something takes: at least `baseUs`; on top, always, a jitter of this mean, exponentially
 * distributed; and in `tailPerMille` of a thousand cases a heavy tail (Pareto, shape 1.5, of scale
 * `tailUs`, cut off at 24 times that). Quantiles come from integer tables: logarithms and powers
 * differ between engines.
 */
export interface LatencyModel {
  readonly baseUs: Micros;
  readonly jitterUs: Micros;
  readonly tailUs: Micros;
  readonly tailPerMille: number;
}

export const constantLatency = (baseUs: Micros): LatencyModel => ({
  baseUs,
  jitterUs: 0,
  tailUs: 0,
  tailPerMille: 0,
});

/**
 * How many times slower than usual anything becomes, however many faults slow it down: what takes
 * longer than that is not slow but stands still, and there are faults for that.
 */
export const mostSlowness = 10_000;

export function scaledLatency(model: LatencyModel, times: number): LatencyModel {
  const factor = Math.min(times, mostSlowness);
  return {
    baseUs: Math.round(model.baseUs * factor),
    jitterUs: Math.round(model.jitterUs * factor),
    tailUs: Math.round(model.tailUs * factor),
    tailPerMille: model.tailPerMille,
  };
}

/** A whole number of microseconds. At most one draw. */
export function drawLatency(model: LatencyModel, stream: SimRandomStream): Micros {
  if (model.jitterUs === 0 && model.tailPerMille === 0) return model.baseUs;
  const bits = stream.int32();
  const jitter = (model.jitterUs * (exponential[bits & 63] as number)) / 1024;
  if (((bits >>> 12) & 0xfffff) % 1000 >= model.tailPerMille)
    return model.baseUs + Math.floor(jitter);
  const tail = (model.tailUs * (pareto[(bits >>> 6) & 63] as number)) / 1024;
  return model.baseUs + Math.floor(jitter + tail);
}

/** Quantiles of the exponential distribution of mean 1, in 1/1024. */
const exponential = new Int32Array([
  8, 24, 41, 58, 75, 92, 110, 128, 146, 165, 184, 203, 223, 243, 263, 284, 305, 327, 349, 372, 395,
  419, 444, 469, 494, 520, 547, 575, 603, 633, 663, 694, 726, 759, 793, 828, 865, 903, 942, 983,
  1026, 1070, 1117, 1166, 1217, 1271, 1328, 1388, 1452, 1520, 1594, 1672, 1758, 1851, 1953, 2067,
  2195, 2342, 2513, 2719, 2976, 3320, 3844, 4968,
]);

/** Quantiles of the Pareto distribution of shape 1.5, less its minimum, in 1/1024 of its scale. */
const pareto = new Int32Array([
  5, 16, 28, 39, 51, 63, 76, 89, 102, 116, 130, 145, 160, 175, 191, 208, 225, 243, 262, 281, 301,
  321, 343, 365, 389, 413, 438, 465, 493, 522, 553, 585, 619, 654, 692, 732, 774, 819, 867, 918,
  973, 1032, 1095, 1163, 1238, 1318, 1407, 1504, 1612, 1731, 1866, 2018, 2192, 2393, 2629, 2910,
  3252, 3680, 4234, 4987, 6083, 7871, 11479, 24984,
]);
