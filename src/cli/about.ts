/** What runs: for results and the first line of reports. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot, runtime } from './self.ts';

export interface About {
  readonly version: string;
  /** Short commit of the checkout, `unknown` outside of one. */
  readonly commit: string;
  /** Such as `node 20.20.2`. */
  readonly runtime: string;
}

export function about(): About {
  return {
    version: packageVersion(),
    commit: commitOfCheckout(),
    runtime: `${runtime} ${process.versions[runtime]}`,
  };
}

export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  return (manifest as { version: string }).version;
}

function commitOfCheckout(): string {
  try {
    const answer = execFileSync('git', ['rev-parse', '--show-prefix', '--short', 'HEAD'], {
      cwd: packageRoot,
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
