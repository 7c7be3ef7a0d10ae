/** What runs: for results and the first line of reports. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface About {
  readonly version: string;
  /** Short commit of the checkout, `unknown` outside of one. */
  readonly commit: string;
  /** Such as `node 20.20.2`. */
  readonly runtime: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

export function about(): About {
  return { version: packageVersion(), commit: commitOfCheckout(), runtime: runtimeName() };
}

export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  return (manifest as { version: string }).version;
}

function commitOfCheckout(): string {
  try {
    const answer = execFileSync('git', ['rev-parse', '--show-prefix', '--short', 'HEAD'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [prefix, commit] = answer.split('\n');
    // Below the root of a checkout this is a package installed into some other project.
    return prefix === '' && commit !== undefined ? commit : 'unknown';
  } catch {
    return 'unknown';
  }
}

function runtimeName(): string {
  const { bun, deno, node } = process.versions as Record<string, string | undefined>;
  if (bun !== undefined) return `bun ${bun}`;
  return deno !== undefined ? `deno ${deno}` : `node ${node}`;
}
