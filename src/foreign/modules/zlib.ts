/**
 * node:zlib on `pako`, whose bytes are the same on every runtime. Forms that call back do so in a
 * later event; a stream compresses what it has taken when it ends.
 */
import type { Transform } from 'node:stream';
import { deflate, deflateRaw, gzip, Inflate, inflateRaw } from 'pako';
import { codedError, type MakeModule, type ModuleContext } from './context.ts';
import { refusedCall } from './refusals.ts';
import type { Streams } from './stream.ts';

interface Options {
  readonly level?: number;
  readonly memLevel?: number;
  readonly windowBits?: number;
  readonly strategy?: 0 | 1 | 2 | 3 | 4;
  readonly dictionary?: Uint8Array;
}

type Compute = (bytes: Uint8Array, options: Options) => Uint8Array;
type Callback = (error: Error | null, bytes?: Buffer) => void;

const defaultLevel = 6;

/**
 * By the name of the function that calls back; the class of the stream and the `Sync` form follow.
 */
const forms: Readonly<Record<string, { readonly compute: Compute; readonly stream: string }>> = {
  gzip: { compute: (bytes, options) => gzip(bytes, packing(options)), stream: 'Gzip' },
  deflate: { compute: (bytes, options) => deflate(bytes, packing(options)), stream: 'Deflate' },
  deflateRaw: {
    compute: (bytes, options) => deflateRaw(bytes, packing(options)),
    stream: 'DeflateRaw',
  },
  gunzip: { compute: unpack, stream: 'Gunzip' },
  inflate: { compute: unpack, stream: 'Inflate' },
  unzip: { compute: unpack, stream: 'Unzip' },
  inflateRaw: { compute: (bytes) => inflateRaw(bytes), stream: 'InflateRaw' },
};

const elsewhere = [
  ...['brotliCompress', 'brotliDecompress', 'brotliCompressSync', 'brotliDecompressSync'],
  ...['createBrotliCompress', 'createBrotliDecompress', 'BrotliCompress', 'BrotliDecompress'],
];

export const makeZlib: MakeModule = (context) => {
  const members: Record<string, unknown> = { constants, codes: {}, ...constants, crc32 };
  for (const name of elsewhere) members[name] = refusedCall('zlib', name);
  for (const [name, { compute, stream }] of Object.entries(forms)) {
    const sync = (data: unknown, options: Options = {}): Buffer => {
      const made = attempt(compute, bytesOf(data), options);
      return Buffer.from(made.buffer, made.byteOffset, made.length);
    };
    members[`${name}Sync`] = sync;
    members[name] = (data: unknown, ...values: unknown[]) => {
      const callback = values.pop() as Callback;
      const [error, made] = outcome(() => sync(data, values[0] as Options | undefined));
      context.realm.later(() => (error === null ? callback(null, made) : callback(error)));
    };
    const create = (options: Options = {}) => transform(context, compute, options);
    members[stream] = function Zlib(options?: Options) {
      return create(options);
    };
    members[`create${stream}`] = create;
  }
  return members;
};

function packing({ level = defaultLevel, memLevel, windowBits, strategy, dictionary }: Options) {
  return {
    level: level === -1 ? defaultLevel : level,
    ...(memLevel === undefined ? {} : { memLevel }),
    ...(windowBits === undefined ? {} : { windowBits }),
    ...(strategy === undefined ? {} : { strategy }),
    ...(dictionary === undefined ? {} : { dictionary }),
  };
}

/** zlib and gzip, told apart by their first bytes; several gzip members in a row are one text. */
function unpack(bytes: Uint8Array): Uint8Array {
  const inflater = new Inflate({ windowBits: 47 });
  inflater.push(bytes, true);
  if (inflater.err !== 0) throw dataError(inflater.err, inflater.msg);
  const { result } = inflater;
  if (!(result instanceof Uint8Array)) throw dataError(-5, 'unexpected end of file');
  return result;
}

function attempt(compute: Compute, bytes: Uint8Array, options: Options): Uint8Array {
  try {
    return compute(bytes, options);
  } catch (error) {
    throw error instanceof Error ? error : dataError(-3, String(error));
  }
}

function outcome(run: () => Buffer): [Error, undefined] | [null, Buffer] {
  try {
    return [null, run()];
  } catch (error) {
    return [error as Error, undefined];
  }
}

function dataError(errno: number, message: string): Error {
  const codes: Record<number, string> = { [-3]: 'Z_DATA_ERROR', [-5]: 'Z_BUF_ERROR' };
  return codedError(codes[errno] ?? 'Z_STREAM_ERROR', message || 'incorrect data', { errno });
}

function bytesOf(data: unknown): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  if (data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data))
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(data as ArrayBuffer);
}

function transform(
  { module, realm }: ModuleContext,
  compute: Compute,
  options: Options,
): Transform {
  const { Transform } = module('stream') as Streams;
  const parts: Uint8Array[] = [];
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      parts.push(Uint8Array.from(chunk));
      done();
    },
    flush(done) {
      const [error, made] = outcome(() =>
        Buffer.from(attempt(compute, Buffer.concat(parts), options)),
      );
      realm.later(() => (error === null ? done(null, made) : done(error)));
    },
  });
}

/** The polynomial of gzip, as zlib.crc32 has it. */
function crc32(data: unknown, before = 0): number {
  const bytes = bytesOf(data);
  let crc = ~before;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] as number);
  return ~crc >>> 0;
}

const table = Int32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

const constants = {
  ...{ Z_NO_FLUSH: 0, Z_PARTIAL_FLUSH: 1, Z_SYNC_FLUSH: 2, Z_FULL_FLUSH: 3, Z_FINISH: 4 },
  ...{ Z_OK: 0, Z_STREAM_END: 1, Z_NEED_DICT: 2, Z_ERRNO: -1, Z_STREAM_ERROR: -2 },
  ...{ Z_DATA_ERROR: -3, Z_MEM_ERROR: -4, Z_BUF_ERROR: -5, Z_VERSION_ERROR: -6 },
  ...{ Z_NO_COMPRESSION: 0, Z_BEST_SPEED: 1, Z_BEST_COMPRESSION: 9, Z_DEFAULT_COMPRESSION: -1 },
  ...{ Z_FILTERED: 1, Z_HUFFMAN_ONLY: 2, Z_RLE: 3, Z_FIXED: 4, Z_DEFAULT_STRATEGY: 0 },
  ...{ Z_MIN_WINDOWBITS: 8, Z_MAX_WINDOWBITS: 15, Z_DEFAULT_WINDOWBITS: 15 },
  ...{ Z_MIN_LEVEL: -1, Z_MAX_LEVEL: 9, Z_DEFAULT_LEVEL: -1, Z_DEFAULT_MEMLEVEL: 8 },
  ...{ Z_DEFAULT_CHUNK: 16_384 },
};
