import { exitCode } from './exit.ts';
import { problemOf } from './problem.ts';

/**
 * Watches over standard output. Whoever reads it may go first (`ordeal list | head`): the work goes
 * on, unheard. Where it cannot be written (a full disk) the command is asked to stop, and ends as
 * having failed.
 */
export function watchOutput(): { end(code: number): void } {
  const { stdout, stderr } = process;
  let lost = false;
  let ending: number | null = null;
  const leave = (): void => process.exit(lost ? exitCode.internal : ending!);
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE' || lost) return;
    lost = true;
    stderr.write(`ordeal: standard output: ${problemOf(error)}\n`);
    if (ending !== null) leave();
    else if (process.listenerCount('SIGTERM') > 0) process.emit('SIGTERM');
  };
  stdout.on('error', onError);
  // Nobody is left to be told.
  stderr.on('error', () => {});
  tellThrown(stdout, onError);
  return {
    /**
     * Ends the process, for whatever handles are left must not keep it: at the end of the stream,
     * for all that was written must be out, and a turn later, for that is when an error is told.
     */
    end(code) {
      ending = code;
      process.exitCode = lost ? exitCode.internal : code;
      if (lost) leave();
      else stdout.end(() => setImmediate(leave));
    },
  };
}

/** Deno throws within the call what other runtimes tell as an event. */
function tellThrown(stream: NodeJS.WriteStream, onError: (error: Error) => void): void {
  const write = stream.write.bind(stream) as (...words: unknown[]) => boolean;
  stream.write = (...words: unknown[]): boolean => {
    try {
      return write(...words);
    } catch (error) {
      onError(error as Error);
      return false;
    }
  };
}
