/**
 * The mark of a clean shutdown, `.kafka_cleanshutdown`: written last, once every log is flushed and
 * closed; read and removed first, before any log is opened. While a process runs there is no mark,
 * so any other end than a clean one leaves none. The broker epoch in it goes into the next
 * registration: by it the controller knows that this replica lost nothing (KIP-966).
 */
import type { BrokerEpoch } from '../../base/ids.ts';
import type { Disk } from '../../host/disk.ts';
import { pathIn, readText, writeText } from '../log/durable-file.ts';

export interface FormerShutdown {
  readonly clean: boolean;
  /** Of the registration under which it shut down; −1 when it was unclean. */
  readonly brokerEpoch: BrokerEpoch;
}

const fileName = '.kafka_cleanshutdown';
const fileVersion = 0;

/** How the last incarnation ended. The mark is durably gone when the promise resolves. */
export async function takeCleanShutdownMark(
  disk: Disk,
  directory: string,
): Promise<FormerShutdown> {
  const path = pathIn(directory, fileName);
  const text = readText(disk, path);
  if (text === null) return { clean: false, brokerEpoch: -1 };
  disk.remove(path);
  await disk.syncDirectory(directory);
  return parseMark(text);
}

export async function writeCleanShutdownMark(
  disk: Disk,
  directory: string,
  brokerEpoch: BrokerEpoch,
): Promise<void> {
  await writeText(disk, directory, fileName, JSON.stringify({ version: fileVersion, brokerEpoch }));
}

/** A mark that cannot be read proves nothing. */
function parseMark(text: string): FormerShutdown {
  try {
    const mark: unknown = JSON.parse(text);
    if (typeof mark === 'object' && mark !== null && 'brokerEpoch' in mark) {
      const { brokerEpoch } = mark;
      if (typeof brokerEpoch === 'number' && Number.isSafeInteger(brokerEpoch)) {
        return { clean: true, brokerEpoch };
      }
    }
  } catch {
    // Fall through: not JSON.
  }
  return { clean: false, brokerEpoch: -1 };
}
