/** How long members of a consumer group may be silent: as set for the group, or for the broker. */
import type { NodeSettings } from '../config.ts';
import { configResource } from '../metadata/config-def.ts';
import type { MetadataImage } from '../metadata/image.ts';
import type { GroupTimeouts } from './consumer/contract.ts';

export function groupTimeouts(
  image: MetadataImage,
  settings: NodeSettings,
  group: string,
): GroupTimeouts {
  const own = image.overridesOf(configResource.group, group);
  const numberOf = (name: string, fallback: number): number => Number(own.get(name) ?? fallback);
  return {
    sessionTimeoutMs: numberOf(
      'consumer.session.timeout.ms',
      settings.groupConsumerSessionTimeoutMs,
    ),
    heartbeatIntervalMs: numberOf(
      'consumer.heartbeat.interval.ms',
      settings.groupConsumerHeartbeatIntervalMs,
    ),
  };
}
