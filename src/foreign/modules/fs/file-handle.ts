/** What fs/promises gives for an open file. */
import type { ModuleContext } from '../context.ts';
import type { Files } from './files.ts';

type Call = (...values: unknown[]) => unknown;

export interface FileHandle {
  readonly fd: number;
}

export function fileHandleClass(
  { realm }: ModuleContext,
  files: Files,
  all: Record<string, Call>,
): new (
  descriptor: number,
) => FileHandle {
  const call = async (name: string, ...values: unknown[]): Promise<unknown> => {
    await realm.passed();
    return all[name]?.(...values);
  };
  return class {
    readonly fd: number;

    constructor(descriptor: number) {
      this.fd = descriptor;
    }

    readFile = (options?: unknown) => call('readFile', this.fd, options);
    writeFile = (data: unknown, options?: unknown) => call('writeFile', this.fd, data, options);
    appendFile = (data: unknown, options?: unknown) => call('appendFile', this.fd, data, options);
    stat = () => call('fstat', this.fd);
    truncate = (size?: number) => call('ftruncate', this.fd, size);
    chmod = async () => {};
    utimes = async () => {};
    sync = () => this.#sync();
    datasync = () => this.#sync();
    close = () => call('close', this.fd);

    async read(target?: unknown, ...values: unknown[]): Promise<object> {
      const options = target as { buffer?: Uint8Array; offset?: number } | undefined;
      const isView = ArrayBuffer.isView(target);
      const buffer = isView ? target : (options?.buffer ?? Buffer.alloc(16_384));
      const more = isView ? values : [options ?? {}];
      return { bytesRead: await call('read', this.fd, buffer, ...more), buffer };
    }

    async write(data: unknown, ...values: unknown[]): Promise<object> {
      return { bytesWritten: await call('write', this.fd, data, ...values), buffer: data };
    }

    async readv(buffers: unknown, position?: number): Promise<object> {
      return { bytesRead: await call('readv', this.fd, buffers, position), buffers };
    }

    async writev(buffers: unknown, position?: number): Promise<object> {
      return { bytesWritten: await call('writev', this.fd, buffers, position), buffers };
    }

    async #sync(): Promise<void> {
      realm.retain();
      try {
        await files.sync(this.fd);
      } finally {
        realm.release();
      }
    }

    async [Symbol.asyncDispose](): Promise<void> {
      await this.close();
    }
  };
}
