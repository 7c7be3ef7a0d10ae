import type { Micros } from './ids.ts';

/** Units in which ports speak are microseconds; Kafka's settings are milliseconds. */
export const microsPerMs = 1000;
export const microsPerSecond = 1_000_000;

export const msToMicros = (ms: number): Micros => ms * microsPerMs;
export const secondsToMicros = (seconds: number): Micros => seconds * microsPerSecond;
export const minutesToMs = (minutes: number): number => minutes * 60_000;
export const microsToMs = (micros: Micros): number => Math.floor(micros / microsPerMs);
