/**
 * npm packages as they are: a program that is ordinary JavaScript for Node and knows nothing of the
 * simulation. What it asks of its machine (network, time, chance, files, its own process) it gets
 * from the host; each incarnation begins with module instances of its own.
 */
import type { Host, Program } from '../host/host.ts';
import { entryPath } from './loader/module-loader.ts';
import { assemble } from './process/assemble.ts';
import { receiveSignal } from './process/process-object.ts';
import { type Output, Realm } from './process/realm.ts';

export interface NodeProgramOptions {
  /** The file to run: CommonJS or an ECMAScript module, as its package says. */
  readonly entry: string | URL;
  /** `process.argv` behind the entry. */
  readonly args?: readonly string[];
  /** `process.env`, whole: nothing of the real environment is there. */
  readonly env?: Readonly<Record<string, string>>;
  /** Is given what the process writes to its standard output and error. */
  readonly onOutput?: (stream: Output, text: string, host: Host) => void;
  /** Modules that the trial gives to the program, by specifier: made anew for each process. */
  readonly provide?: Readonly<Record<string, (host: Host) => unknown>>;
}

export function nodeProgram(options: NodeProgramOptions): Program {
  const entry = entryPath(options.entry);
  const { args = [], env = {}, provide = {}, onOutput } = options;
  return (host) => {
    const realm = new Realm({
      host,
      onOutput: (stream, text) => onOutput?.(stream, text, host),
    });
    realm.enter(() => {
      const loader = assemble({ realm, entry, args, env, provide });
      loader.runMain(entry).catch((error: unknown) => realm.uncaught(error, 'uncaughtException'));
    });
    return {
      stop: () => realm.enter(() => receiveSignal(realm, 'SIGTERM')),
      onRejection: (reason) => realm.uncaught(reason, 'unhandledRejection'),
    };
  };
}
