/** Ways to spoil bytes: each keeps the length prefix true, unless it is the prefix it spoils. */
import type { RandomStream } from '../../src/host/random.ts';

const prefixBytes = 4;

/** Numbers that lengths, counts and offsets like least. */
const extremes: readonly number[] = [
  -0x80000000, -1, -2, 0, 0x7fffffff, 0x7ffffffe, 0xffff, 0xff, 0x10000, 0x00ffffff,
];
const oddBytes: readonly number[] = [0, 0x7f, 0x80, 0x81, 0xfe, 0xff];

type Mutation = (random: RandomStream, bytes: Uint8Array, from: number) => Uint8Array;

const placeIn = (random: RandomStream, bytes: Uint8Array, from: number): number =>
  from + random.int(Math.max(1, bytes.length - from));

const flipBit: Mutation = (random, bytes, from) => {
  const at = placeIn(random, bytes, from);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(8));
  return bytes;
};

const oddByte: Mutation = (random, bytes, from) => {
  bytes[placeIn(random, bytes, from)] = oddBytes[random.int(oddBytes.length)]!;
  return bytes;
};

const extremeNumber: Mutation = (random, bytes, from) => {
  if (bytes.length < from + 4) return bytes;
  const at = from + random.int(bytes.length - from - 3);
  const value = extremes[random.int(extremes.length)]!;
  new DataView(bytes.buffer, bytes.byteOffset).setInt32(at, value);
  return bytes;
};

const cut: Mutation = (random, bytes, from) => bytes.slice(0, placeIn(random, bytes, from));

const grow: Mutation = (random, bytes) => {
  const longer = new Uint8Array(bytes.length + 1 + random.int(40));
  longer.fill(oddBytes[random.int(oddBytes.length)]!);
  longer.set(bytes);
  return longer;
};

/** A stretch of it stands twice. */
const repeat: Mutation = (random, bytes, from) => {
  const at = placeIn(random, bytes, from);
  const until = Math.min(bytes.length, at + 1 + random.int(30));
  return Uint8Array.from([...bytes.subarray(0, until), ...bytes.subarray(at)]);
};

const remove: Mutation = (random, bytes, from) => {
  const at = placeIn(random, bytes, from);
  return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1 + random.int(8))]);
};

const noise: Mutation = (random, bytes, from) => {
  const at = placeIn(random, bytes, from);
  for (let i = at; i < Math.min(bytes.length, at + 16); i++) bytes[i] = random.int(256);
  return bytes;
};

const mutations: readonly Mutation[] = [
  flipBit,
  flipBit,
  oddByte,
  oddByte,
  extremeNumber,
  extremeNumber,
  cut,
  grow,
  repeat,
  remove,
  noise,
];

/** One to three of them. Without a prefix (`from` 0) nothing is kept true. */
export function mutate(random: RandomStream, frame: Uint8Array, from = prefixBytes): Uint8Array {
  let bytes: Uint8Array = frame.slice();
  for (let left = 1 + random.int(3); left > 0; left--) {
    // Most of what can go wrong lies behind the header.
    const begin = from === 0 || random.int(4) === 0 ? from : Math.min(bytes.length, from + 10);
    bytes = mutations[random.int(mutations.length)]!(random, bytes, begin);
  }
  if (from === 0 || bytes.length < prefixBytes) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setInt32(0, bytes.length - prefixBytes);
  if (random.int(100) === 0) view.setInt32(0, extremes[random.int(extremes.length)]!);
  return bytes;
}
