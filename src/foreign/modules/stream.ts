/**
 * node:stream: the package `readable-stream`, which is Node's own implementation, run inside the
 * process, so that its order is that of the simulated nextTick on every runtime.
 */
import type * as NodeStream from 'node:stream';
import type { MakeModule } from './context.ts';
import { copyOf } from './runtime.ts';

export type Streams = typeof NodeStream;

export const makeStream: MakeModule = ({ own }) => own('readable-stream/lib/stream.js');

/** node:stream/web, whose ReadableStream is the global one. */
export const makeWebStreams: MakeModule = ({ globals }) => ({
  ...copyOf('stream/web'),
  ReadableStream: globals.ReadableStream,
});

/** node:stream/consumers. */
export function makeStreamConsumers(): unknown {
  const buffer = async (stream: AsyncIterable<Uint8Array | string>): Promise<Buffer> => {
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(Buffer.from(part as Uint8Array));
    return Buffer.concat(parts);
  };
  const text = async (stream: AsyncIterable<Uint8Array | string>): Promise<string> =>
    (await buffer(stream)).toString();
  return {
    buffer,
    text,
    json: async (stream: AsyncIterable<Uint8Array>) => JSON.parse(await text(stream)) as unknown,
    arrayBuffer: async (stream: AsyncIterable<Uint8Array>) => {
      const { buffer: bytes, byteOffset, length } = await buffer(stream);
      return bytes.slice(byteOffset, byteOffset + length);
    },
    blob: async (stream: AsyncIterable<Uint8Array>) => new Blob([await buffer(stream)]),
  };
}
