/** Where the process begins: the command line, or a worker that serves jobs to one. */
import { commandLine } from './command-line.ts';
import { serveJobs, workerFlag } from './workers.ts';

// Whoever reads what is said may go first (`ordeal list | head`): the work goes on, unheard.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const words = process.argv.slice(2);
if (words[0] === workerFlag) serveJobs();
else {
  const code = await commandLine(words);
  // Said outright, for whatever handles are left must not keep the command; and at the end of the
  // stream, for all that was written must be out (Bun answers an empty write too early).
  process.stdout.end(() => process.exit(code));
}
