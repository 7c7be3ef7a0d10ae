import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  doomedName,
  kindOfDirectory,
  moveAside,
} from '../../../src/kafka/replication/replica-directory.ts';
import { MemoryDisk } from '../log/memory-disk.ts';

const topicId = 'dG9waWMtb3JkZXJzLS0wMQ';

/** Every name that a topic may have, the longest above all. */
const topics = fc.oneof(
  fc.constant('x'.repeat(249)),
  fc.string({
    unit: fc.constantFrom('a', 'Z', '0', '.', '_', '-'),
    minLength: 1,
    maxLength: 249,
  }),
);

describe('the directory of a replica that goes', () => {
  it('has a name that file systems take and that is known again, however long the topic’s', () => {
    fc.assert(
      fc.property(topics, fc.nat(99_999), (topic, index) => {
        const name = doomedName(`${topic}-${index}`, topicId);
        expect(name.length).toBeLessThanOrEqual(255);
        const disk = new MemoryDisk();
        expect(kindOfDirectory(disk, '', name)).toEqual({ kind: 'doomed' });
        for (let times = 0; times < 2; times++) {
          disk.makeDirectory(`${topic}-${index}`);
          const aside = moveAside(disk, `${topic}-${index}`, topicId);
          expect(aside.length).toBeLessThanOrEqual(255);
          expect(kindOfDirectory(disk, '', aside)).toEqual({ kind: 'stray' });
        }
      }),
    );
  });
});
