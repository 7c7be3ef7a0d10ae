/**
 * Streams of a file. They open it in an event of their own, and read and write it piece by piece.
 */
import type { Readable, Writable } from 'node:stream';
import type { ModuleContext } from '../context.ts';
import type { Streams } from '../stream.ts';
import type { PathLike } from './files.ts';

type Call = (...values: unknown[]) => unknown;
type Done = (error?: Error | null) => void;

interface StreamOptions {
  readonly flags?: string;
  readonly start?: number;
  readonly end?: number;
  readonly encoding?: BufferEncoding;
  readonly highWaterMark?: number;
}

const pieceBytes = 65_536;

export function fileStreams(context: ModuleContext, all: Record<string, Call>): object {
  return {
    createReadStream: (path: PathLike, options?: string | StreamOptions) =>
      readStream(context, new StreamedFile(context, all, path), given(options)),
    createWriteStream: (path: PathLike, options?: string | StreamOptions) =>
      writeStream(context, new StreamedFile(context, all, path), given(options)),
  };
}

const given = (options: string | StreamOptions = {}): StreamOptions =>
  typeof options === 'string' ? { encoding: options as BufferEncoding } : options;

/** The file of one stream; each step of it in a later event. */
class StreamedFile {
  readonly path: PathLike;
  readonly #context: ModuleContext;
  readonly #all: Record<string, Call>;
  #descriptor: number | null = null;

  constructor(context: ModuleContext, all: Record<string, Call>, path: PathLike) {
    this.#context = context;
    this.#all = all;
    this.path = path;
  }

  open(stream: Readable | Writable, flags: string, done: Done): void {
    this.#step(done, () => {
      this.#descriptor = this.#all.open?.(this.path, flags) as number;
      done();
      stream.emit('open', this.#descriptor);
      stream.emit('ready');
    });
  }

  read(size: number, position: number, done: Done, got: (bytes: Buffer) => void): void {
    const piece = Buffer.alloc(Math.max(0, size));
    this.#step(done, () => {
      const count = this.#all.read?.(this.#descriptor, piece, 0, piece.length, position) as number;
      got(piece.subarray(0, count));
    });
  }

  write(bytes: Uint8Array, position: number | null, done: Done): void {
    const copy = Uint8Array.from(bytes);
    this.#step(done, () => {
      this.#all.write?.(this.#descriptor, copy, 0, copy.length, position);
      done();
    });
  }

  close(): void {
    if (this.#descriptor !== null) this.#all.close?.(this.#descriptor);
    this.#descriptor = null;
  }

  #step(done: Done, run: () => void): void {
    this.#context.realm.later(() => {
      try {
        run();
      } catch (error) {
        done(error as Error);
      }
    });
  }
}

function readStream(
  { module }: ModuleContext,
  file: StreamedFile,
  options: StreamOptions,
): Readable {
  const { Readable } = module('stream') as Streams;
  const { flags = 'r', start = 0, end = Infinity, encoding, highWaterMark } = options;
  let position = start;
  const stream = new Readable({
    highWaterMark: highWaterMark ?? pieceBytes,
    ...(encoding === undefined ? {} : { encoding }),
    construct: (done) => file.open(stream, flags, done),
    read(size) {
      const length = Math.min(size, end + 1 - position);
      const failed: Done = (error) => void this.destroy(error ?? undefined);
      file.read(length, position, failed, (bytes) => {
        position += bytes.length;
        this.push(bytes.length === 0 ? null : bytes);
      });
    },
    destroy(error, done) {
      file.close();
      done(error);
    },
  });
  Object.defineProperty(stream, 'bytesRead', { get: () => position - start });
  return Object.assign(stream, { path: file.path });
}

function writeStream(
  { module }: ModuleContext,
  file: StreamedFile,
  { flags = 'w', start }: StreamOptions,
): Writable {
  const { Writable } = module('stream') as Streams;
  let written = 0;
  const stream = new Writable({
    construct: (done) => file.open(stream, flags, done),
    write(chunk: Uint8Array, _encoding, done) {
      file.write(chunk, start === undefined ? null : start + written, done);
      written += chunk.length;
    },
    destroy(error, done) {
      file.close();
      done(error);
    },
  });
  Object.defineProperty(stream, 'bytesWritten', { get: () => written });
  return Object.assign(stream, { path: file.path });
}
