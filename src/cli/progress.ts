import type { RunRecord } from '../trial/runner/result.ts';

/** All of it is said between trials, or from the process that runs none. */
export interface Progress {
  add(record: RunRecord, failures: number): void;
  clear(): void;
}

/**
 * A line on standard error that counts runs; on a terminal it is rewritten, elsewhere said every
 * tenth part.
 */
export function progressLine(total: number): Progress {
  const terminal = process.stderr.isTTY === true;
  const begun = performance.now();
  let virtualMs = 0;
  let done = 0;
  let said = 0;
  if (terminal) process.stderr.write(`0/${total} runs`);
  return {
    add(record, failures) {
      done++;
      virtualMs += record.virtualMs;
      const speed = Math.round(virtualMs / Math.max(1, performance.now() - begun));
      const text = `${done}/${total} runs, ${failures} failed, ${speed}× real time`;
      const tenths = Math.floor((done * 10) / total);
      if (terminal) process.stderr.write(`\r${text}`);
      else if (tenths > said) process.stderr.write(`${text}\n`);
      said = tenths;
    },
    clear() {
      if (terminal) process.stderr.write('\r\u001b[K');
    },
  };
}
