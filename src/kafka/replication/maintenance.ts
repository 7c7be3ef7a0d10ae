/**
 * What a broker does for its replicas now and then: looks for laggards twice per lag time, writes
 * checkpoints, deletes old segments. Checkpoints that did not change cost no I/O.
 */
import type { Micros } from '../../base/ids.ts';
import { msToMicros, secondsToMicros } from '../../base/time.ts';
import type { Host } from '../../host/host.ts';
import type { Timer } from '../../host/timers.ts';
import type { NodeSettings } from '../config.ts';
import type { HostedPartitions } from './hosted-partitions.ts';
import type { ReplicaStore } from './replica-store.ts';

/** log.flush.offset.checkpoint.interval.ms */
const recoveryPointIntervalUs = secondsToMicros(60);
/** producer.id.expiration.check.interval.ms */
const producerExpiryIntervalUs = secondsToMicros(600);

export interface MaintenanceOptions {
  readonly host: Host;
  readonly settings: NodeSettings;
  readonly hosted: HostedPartitions;
  readonly store: ReplicaStore;
  /** Runs work on partitions, and answers what became ready by it. */
  readonly guard: (work: () => void) => void;
  readonly onError: (error: unknown) => void;
}

export class Maintenance {
  readonly #options: MaintenanceOptions;
  #timers = new Set<Timer>();

  constructor(options: MaintenanceOptions) {
    this.#options = options;
  }

  start(): void {
    const { hosted, onError, settings, store } = this.#options;
    const lagCheckUs = Math.floor(msToMicros(settings.replicaLagTimeMaxMs) / 2);
    this.#every(lagCheckUs, () => {
      for (const partition of hosted.all) partition.checkLag();
    });
    this.#every(msToMicros(settings.replicaHighWatermarkCheckpointIntervalMs), () => {
      store.writeHighWatermarks(hosted.all).catch(onError);
    });
    this.#every(recoveryPointIntervalUs, () => {
      store.writeRecoveryPoints(hosted.all).catch(onError);
    });
    this.#every(msToMicros(settings.logRetentionCheckIntervalMs), () => {
      for (const { highWatermark, log } of hosted.all) log.deleteOldSegments(highWatermark);
    });
    this.#every(producerExpiryIntervalUs, () => {
      for (const { log } of hosted.all) log.expireProducers();
    });
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #every(intervalUs: Micros, work: () => void): void {
    const timer = this.#options.host.timers.after(intervalUs, () => {
      this.#timers.delete(timer);
      this.#options.guard(work);
      this.#every(intervalUs, work);
    });
    this.#timers.add(timer);
  }
}
