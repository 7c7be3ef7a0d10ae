import type { ControlPlane } from './metadata/control-plane.ts';
import type { MetadataCache } from './metadata/metadata-cache.ts';
import type { MetadataUpdater } from './metadata/metadata-updater.ts';
import type { ClientSettings } from './settings.ts';

/** What producers, consumers and the admin get from their client. */
export interface ClientParts {
  readonly settings: ClientSettings;
  readonly cache: MetadataCache;
  readonly updater: MetadataUpdater;
  readonly control: ControlPlane;
}
