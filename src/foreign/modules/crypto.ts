/**
 * node:crypto and the global `crypto`: hashes, ciphers and signatures are the runtime's own, since
 * they compute; chance is the process's, and what would work off the thread is done at once and
 * told in a later event.
 */
import { codedError, type MakeModule, type ModuleContext } from './context.ts';
import { refusedCall } from './refusals.ts';
import { copyOf } from './runtime.ts';

type Callback = (error: Error | null, value?: unknown) => void;
type AnyFunction = (...values: unknown[]) => unknown;

const drawing = /^(random|generate|getRandomValues|checkPrime|prng|rng|pseudoRandom)/;
/** What has a form that waits and one that calls back. */
const derivations = ['pbkdf2', 'scrypt', 'hkdf'];
const isSimulated = (key: string): boolean =>
  drawing.test(key) ||
  derivations.includes(key) ||
  /^(webcrypto|subtle|fips|Cipher|Decipher)$/.test(key);

export const makeCrypto: MakeModule = (context) => {
  const members = copyOf('crypto', isSimulated);
  const refused = Object.keys(copyOf('crypto')).filter((key) => /^(generate|checkPrime)/.test(key));
  for (const key of refused) members[key] = refusedCall('crypto', key);
  const web = makeWebCrypto(context, members);
  const { randomUUID } = web;
  Object.assign(members, chanceOf(context), { webcrypto: web, subtle: web.subtle, randomUUID });
  for (const name of derivations) {
    const derive = members[`${name}Sync`] as AnyFunction;
    members[name] = (...values: unknown[]) => {
      const callback = values.pop() as Callback;
      const derived = derive(...values);
      context.realm.later(() => callback(null, derived));
    };
  }
  return members;
};

function chanceOf({ chance, realm }: ModuleContext) {
  const bytes = (size: number): Buffer => {
    const drawn = Buffer.alloc(size);
    chance.fill(drawn);
    return drawn;
  };
  const randomBytes = (size: number, callback?: Callback): Buffer | undefined => {
    const drawn = bytes(size);
    if (callback === undefined) return drawn;
    realm.later(() => callback(null, drawn));
    return undefined;
  };
  const fill = (target: ArrayBufferView, offset = 0, size = target.byteLength - offset) => {
    chance.fill(new Uint8Array(target.buffer, target.byteOffset + offset, size));
    return target;
  };
  return {
    randomBytes,
    pseudoRandomBytes: randomBytes,
    prng: randomBytes,
    rng: randomBytes,
    randomFillSync: fill,
    randomFill(target: ArrayBufferView, ...values: unknown[]) {
      const callback = values.pop() as Callback;
      fill(target, ...(values as number[]));
      realm.later(() => callback(null, target));
    },
    randomInt(low: number, high?: number | Callback, callback?: Callback) {
      const bounds = typeof high === 'number' ? [low, high] : [0, low];
      const drawn = chance.integer(bounds[0] as number, bounds[1] as number);
      const told = typeof high === 'function' ? high : callback;
      if (told === undefined) return drawn;
      realm.later(() => told(null, drawn));
      return undefined;
    },
    getRandomValues: (target: ArrayBufferView) => fill(target),
  };
}

/**
 * The global `crypto`. Of `subtle` digests; all else of it works off the thread in its own time.
 */
function makeWebCrypto({ chance, realm }: ModuleContext, members: Record<string, unknown>) {
  const createHash = members.createHash as (name: string) => {
    update(data: unknown): { digest(): Buffer };
  };
  const digest = async (algorithm: string | { name: string }, data: ArrayBuffer) => {
    const name = typeof algorithm === 'string' ? algorithm : algorithm.name;
    await realm.passed();
    const made = createHash(name.replace('-', '').toLowerCase())
      .update(new Uint8Array(data))
      .digest();
    return Uint8Array.from(made).buffer;
  };
  const subtle: Record<string, unknown> = { digest };
  const refused = [
    'encrypt',
    'decrypt',
    'sign',
    'verify',
    'generateKey',
    'deriveKey',
    'deriveBits',
  ];
  for (const name of [...refused, 'importKey', 'exportKey', 'wrapKey', 'unwrapKey']) {
    subtle[name] = refusedCall('crypto', `subtle.${name}`);
  }
  return {
    subtle,
    randomUUID: chance.uuid,
    getRandomValues<T extends ArrayBufferView>(target: T): T {
      if (target.byteLength > 65_536) {
        throw codedError(
          'ERR_OUT_OF_RANGE',
          'The requested length exceeds 65,536 bytes',
          {},
          RangeError,
        );
      }
      chance.fill(new Uint8Array(target.buffer, target.byteOffset, target.byteLength));
      return target;
    },
  };
}
