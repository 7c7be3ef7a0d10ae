/** Where the process begins: the command line, or a worker that serves one. */
import { commandLine } from './command-line.ts';
import { watchOutput } from './standard-output.ts';
import { serveParent } from './work/serve-parent.ts';
import { workerFlag } from './work/worker-process.ts';

const output = watchOutput();
const [first, second] = process.argv.slice(2);
if (first === workerFlag) serveParent(Number(second));
else output.end(await commandLine(process.argv.slice(2)));
