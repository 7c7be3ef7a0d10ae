import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedError } from '../../../src/kafka/protocol/malformed.ts';
import { FrameSplitter } from '../../../src/kafka/rpc/framing.ts';

function stream(payloads: readonly Uint8Array[]): Uint8Array {
  const parts = payloads.flatMap((payload) => {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setInt32(0, payload.length);
    return [length, payload];
  });
  return Uint8Array.from(Buffer.concat(parts));
}

function framesOf(splitter: FrameSplitter): Uint8Array[] {
  const frames: Uint8Array[] = [];
  while (splitter.next()) frames.push(splitter.bytes.slice(splitter.start, splitter.end));
  return frames;
}

describe('FrameSplitter', () => {
  it('finds the frames however the stream is cut', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 8 });
    const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 });
    fc.assert(
      fc.property(payloads, cuts, (sent, sizes) => {
        const bytes = stream(sent);
        const splitter = new FrameSplitter(100);
        const received: Uint8Array[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          splitter.push(bytes.subarray(at, at + size));
          received.push(...framesOf(splitter));
          at += size;
        }
        expect(received).toEqual(sent);
      }),
    );
  });

  it('does not copy a frame that lies in one chunk', () => {
    const chunk = stream([Uint8Array.of(1, 2), Uint8Array.of(3)]);
    const splitter = new FrameSplitter(100);
    splitter.push(chunk);
    expect([splitter.next(), splitter.bytes, splitter.start, splitter.end]).toEqual([
      true,
      chunk,
      4,
      6,
    ]);
    expect(splitter.bytes).toBe(chunk);
    expect([splitter.next(), splitter.start, splitter.end]).toEqual([true, 10, 11]);
    expect(splitter.next()).toBe(false);
  });

  it('does not lose chunks that arrive before the first were looked at', () => {
    const bytes = stream([Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)]);
    const splitter = new FrameSplitter(100);
    for (const byte of bytes) splitter.push(Uint8Array.of(byte));
    expect(framesOf(splitter).map(([byte]) => byte)).toEqual([1, 2, 3]);
  });

  it('refuses negative and oversized lengths at once', () => {
    for (const bytes of [Uint8Array.of(0xff, 0xff, 0xff, 0xff), Uint8Array.of(0, 0, 0, 101)]) {
      const splitter = new FrameSplitter(100);
      splitter.push(bytes);
      expect(() => splitter.next()).toThrow(MalformedError);
    }
  });

  it('holds no more than has arrived, whatever a frame claims', () => {
    const splitter = new FrameSplitter(0x7fffffff);
    splitter.push(Uint8Array.of(0x7f, 0xff));
    splitter.push(Uint8Array.of(0xff, 0xff, 1));
    expect(splitter.next()).toBe(false);
    splitter.push(Uint8Array.of(2));
    expect(splitter.next()).toBe(false);
    expect(splitter.bytes.length).toBeLessThan(10);
  });
});
