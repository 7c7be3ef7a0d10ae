/** How fast the log appends and reads on the simulated disk, and how fast CRC-32C is. */
import { crc32c } from '../src/base/crc32c.ts';
import { zeroUuid } from '../src/base/ids.ts';
import type { Disk } from '../src/host/disk.ts';
import type { Host } from '../src/host/host.ts';
import { defaultTopicSettings } from '../src/kafka/config.ts';
import { Log } from '../src/kafka/log/log.ts';
import { observeNothing } from '../src/kafka/observation.ts';
import * as batch from '../src/kafka/records/batch.ts';
import { buildBatch } from '../src/kafka/records/builder.ts';
import { World } from '../src/sim/world.ts';
import type { BenchRow } from './row.ts';

const startMs = 1_700_000_000_000;

export async function benchLog(share = 1): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const valueBytes of [100, 1024, 16_384]) {
    const batches = Math.ceil(
      share * Math.min(200_000, Math.floor(128_000_000 / (valueBytes + 70))),
    );
    run(await emptyDisk(), valueBytes, Math.ceil(batches / 10));
    const { bytes, appendMs, readMs, tailUs } = run(await emptyDisk(), valueBytes, batches);
    const name = valueBytes === 100 ? '100 B' : `${valueBytes / 1024} KiB`;
    rows.push({ name: `log append, ${name}`, value: bytes / appendMs / 1000, unit: 'MB/s' });
    rows.push({ name: `log append, ${name}`, value: (appendMs * 1000) / batches, unit: 'µs' });
    rows.push({ name: `log read, ${name}`, value: bytes / readMs / 1000, unit: 'MB/s' });
    rows.push({ name: `log read at the end, ${name}`, value: tailUs, unit: 'µs' });
  }
  rows.push({ name: 'crc32c', value: crcSpeed(), unit: 'GB/s' });
  return rows;
}

async function emptyDisk(): Promise<Disk> {
  const world = new World({ seed: 'log' });
  let host: Host | null = null;
  world.addMachine('m').start((given) => {
    host = given;
    return { stop: () => given.exit(0, 'stopped') };
  });
  await world.runUntil(0);
  if (host === null) throw new Error('the machine did not start');
  return (host as Host).disk;
}

function run(disk: Disk, valueBytes: number, batches: number) {
  const log = Log.open({
    disk,
    directory: 'bench-0',
    settings: defaultTopicSettings,
    cleanShutdown: true,
    wallMs: () => startMs,
    replica: { node: 1, topicId: zeroUuid, partition: 'bench-0' },
    observe: observeNothing,
  });
  const value = new Uint8Array(valueBytes).fill(120);
  const record = { timestamp: startMs, key: null, value, headers: [] };
  const records = buildBatch({ records: [record] });
  const appending = performance.now();
  for (let index = 0; index < batches; index++) {
    batch.setBaseOffset(records, 0, 0);
    log.append(records, 1);
  }
  const reading = performance.now();
  let bytes = 0;
  for (let from = 0; from < log.logEndOffset; ) {
    const read = log.read(from, 1_048_576, log.logEndOffset);
    bytes += read.length;
    from += read.length / records.length;
  }
  const done = performance.now();
  const looks = 100_000;
  for (let index = 0; index < looks; index++) log.read(batches - 1, 1_048_576, batches);
  const tailUs = ((performance.now() - done) * 1000) / looks;
  return { bytes, appendMs: reading - appending, readMs: done - reading, tailUs };
}

function crcSpeed(): number {
  const bytes = new Uint8Array(65_536).fill(7);
  const rounds = 8000;
  let sum = 0;
  for (let round = 0; round < rounds / 10; round++) sum += crc32c(bytes);
  const start = performance.now();
  for (let round = 0; round < rounds; round++) sum += crc32c(bytes);
  const ms = performance.now() - start;
  return sum > 0 ? (rounds * bytes.length) / ms / 1_000_000 : 0;
}
