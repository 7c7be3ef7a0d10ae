/** Reads HTTP/1 messages out of a stream of bytes. */
import { HTTPParser } from 'http-parser-js';

export interface MessageHead {
  readonly versionMajor: number;
  readonly versionMinor: number;
  /** Names and values in turn, as they came. */
  readonly headers: readonly string[];
  readonly method: string;
  readonly url: string;
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly upgrade: boolean;
  readonly shouldKeepAlive: boolean;
}

export interface MessageEvents {
  /** Says whether the message has no body, whatever its head says. */
  onHead(head: MessageHead): boolean;
  onBody(bytes: Uint8Array): void;
  onEnd(trailers: readonly string[]): void;
}

type RawHead = Omit<MessageHead, 'method'> & { readonly method: number };
type Hooks = Record<number, (...values: never[]) => unknown>;

export const methods: readonly string[] = [...HTTPParser.methods].sort();

export class MessageParser {
  readonly #parser: { execute(bytes: Buffer): unknown; finish(): unknown };

  constructor(kind: 'request' | 'response', events: MessageEvents) {
    const parser = new HTTPParser(kind === 'request' ? HTTPParser.REQUEST : HTTPParser.RESPONSE);
    let trailers: readonly string[] = [];
    const hooks = parser as unknown as Hooks;
    hooks[HTTPParser.kOnHeadersComplete] = (raw: RawHead) => {
      const method = HTTPParser.methods[raw.method] ?? '';
      return events.onHead({ ...raw, method });
    };
    hooks[HTTPParser.kOnBody] = (bytes: Uint8Array, offset: number, length: number) =>
      events.onBody(bytes.subarray(offset, offset + length));
    hooks[HTTPParser.kOnHeaders] = (found: string[]) => {
      trailers = found;
    };
    hooks[HTTPParser.kOnMessageComplete] = () => {
      const found = trailers;
      trailers = [];
      events.onEnd(found);
    };
    this.#parser = parser;
  }

  /** Gives the number of bytes that were read, fewer behind an upgrade, or what is wrong. */
  execute(bytes: Buffer): number | Error {
    return this.#parser.execute(bytes) as number | Error;
  }

  /** The stream has ended; gives what is wrong with that. */
  finish(): Error | undefined {
    return this.#parser.finish() as Error | undefined;
  }
}

const joined = new Set([
  'age',
  'authorization',
  'content-length',
  'content-type',
  'etag',
  'expires',
]);
for (const name of ['from', 'host', 'if-modified-since', 'last-modified', 'location', 'referer']) {
  joined.add(name);
}
for (const name of ['max-forwards', 'proxy-authorization', 'retry-after', 'server', 'user-agent']) {
  joined.add(name);
}

/** Headers by their small names, as Node joins those that come more than once. */
export function headersOf(raw: readonly string[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] as string).toLowerCase();
    const value = raw[index + 1] as string;
    const before = headers[name];
    if (name === 'set-cookie') headers[name] = [...((before as string[] | undefined) ?? []), value];
    else if (before === undefined) headers[name] = value;
    else if (!joined.has(name))
      headers[name] = `${before as string}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  return headers;
}
