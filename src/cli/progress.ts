import type { RunRecord } from '../trial/runner/result.ts';

export interface Progress {
  show(records: readonly RunRecord[], failures: number): void;
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
  let said = 0;
  return {
    show(records, failures) {
      virtualMs += records.at(-1)!.virtualMs;
      const speed = Math.round(virtualMs / Math.max(1, performance.now() - begun));
      const text = `${records.length}/${total} runs, ${failures} failed, ${speed}× real time`;
      if (terminal) process.stderr.write(`\r${text}`);
      else if (Math.floor((records.length * 10) / total) > said) {
        said = Math.floor((records.length * 10) / total);
        process.stderr.write(`${text}\n`);
      }
    },
    clear() {
      if (terminal) process.stderr.write('\r\u001b[K');
    },
  };
}
