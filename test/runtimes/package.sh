#!/usr/bin/env bash
# Packs the package, installs it into an empty project, and runs scenarios of a user's own there on
# Node, Deno and Bun, each as it is typed: `bash test/runtimes/package.sh`, with the commands of all
# three on the path. Says what went wrong and ends with 1, or ends with 0.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT

fail() {
  echo "$*" >&2
  exit 1
}

cd "$root"
package=$(npm pack --silent --pack-destination "$project" | tail -n 1)
names=$(tar -tzf "$project/$package")
wrong=$(grep -E '(^package/(src|test|bench|scenarios)/|[^d]\.ts$|\.test\.)' <<<"$names" || true)
[ -z "$wrong" ] || fail "the package holds sources or tests: $wrong"

cd "$project"
echo '{}' >package.json
npm install --prefer-offline --no-audit --no-fund --loglevel=error "./$package"

fields="description: 'A small one.', phases: { warmUpMs: 1_000, chaosMs: 1_000, calmMs: 0 }"
cat >typed.ts <<END
import { type Scenario, scenario } from 'ordeal';
const checked: Scenario = scenario({ name: 'typed', $fields });
export default checked;
END
cat >plain.js <<END
import { scenario } from 'ordeal';
export default scenario({ name: 'plain', $fields });
END
"$root/node_modules/.bin/tsc" --ignoreConfig --noEmit --strict --module nodenext typed.ts

digests=
for command in 'npx ordeal' 'deno x ordeal' 'bun run --bun ordeal'; do
  echo "$command run typed.ts plain.js steady"
  $command run typed.ts plain.js steady --seed 1 -j 2 --output-dir results >output.txt 2>&1 ||
    fail "$(cat output.txt)"
  grep -q '^3 passed, 0 did not' output.txt || fail "$(cat output.txt)"
  found=$(grep -o '"digest": *"[^"]*"' results/latest/results.json)
  [ -z "$digests" ] || [ "$digests" = "$found" ] || fail "other digests: $found, not $digests"
  digests=$found
  rm -r results
done
echo 'the package runs on Node, Deno and Bun, with equal digests'
