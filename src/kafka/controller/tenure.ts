/**
 * One tenure as active controller: the working image, which has every record of this tenure applied
 * as soon as it is appended, and the soft state that begins anew with each. It ends with the
 * leadership and takes with it whatever was not committed.
 */
import type { Micros, Offset, ProducerId } from '../../base/ids.ts';
import { msToMicros } from '../../base/time.ts';
import type { RandomStream } from '../../host/random.ts';
import type { NodeConfig, NodeSettings } from '../config.ts';
import type { MetadataImage } from '../metadata/image.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import type { PlacingContext } from './assignment.ts';
import type { ControllerRules } from './rules.ts';
import { BrokerSessions } from './sessions.ts';

export class Tenure implements PlacingContext {
  readonly image: MetadataImage;
  readonly sessions: BrokerSessions;
  readonly settings: NodeSettings;
  readonly clusterId: string;
  readonly rules: ControllerRules;
  readonly random: RandomStream;
  /** First producer id not given out: by the log, or by this tenure. */
  nextProducerId: ProducerId;
  /** End of what this tenure has appended, or of what it found. */
  lastOffset: Offset;

  /** `image` becomes the tenure's own. */
  constructor(
    image: MetadataImage,
    config: NodeConfig,
    rules: ControllerRules,
    random: RandomStream,
    nowUs: Micros,
  ) {
    this.image = image;
    this.settings = config.settings;
    this.clusterId = config.clusterId;
    this.rules = rules;
    this.random = random;
    this.nextProducerId = image.nextProducerId;
    this.lastOffset = image.appliedOffset;
    this.sessions = new BrokerSessions(msToMicros(config.settings.brokerSessionTimeoutMs));
    this.sessions.begin(image.brokers.values(), nowUs);
  }

  /** `records` were appended, the first at `baseOffset`. */
  apply(records: readonly MetadataRecord[], baseOffset: Offset): void {
    let offset = baseOffset;
    for (const record of records) {
      this.image.apply(record, offset);
      offset += 1;
    }
    this.lastOffset = offset - 1;
  }
}
