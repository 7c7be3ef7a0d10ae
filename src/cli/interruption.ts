import { exitCode } from './exit.ts';

export interface Interruption {
  readonly signal: AbortSignal;
  release(): void;
}

/** The first interrupt or SIGTERM asks for an orderly end; a second one ends at once. */
export function interruption(): Interruption {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(exitCode.interrupted);
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  return {
    signal: controller.signal,
    release() {
      for (const signal of signals) process.off(signal, interrupt);
    },
  };
}
