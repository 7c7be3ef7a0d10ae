/** The many ways to say where to connect and where to listen. */
import { RefusedError } from '../../loader/refused.ts';
import { codedError } from '../context.ts';

export interface ConnectOptions {
  readonly port: number;
  readonly host?: string;
  readonly path?: string;
  readonly lookup?: unknown;
  readonly timeout?: number;
  readonly allowHalfOpen?: boolean;
  readonly signal?: AbortSignal;
}

type Callback = () => void;
const highestPort = 65_535;

/** `(port, host?, callback?)`, `(options, callback?)`. */
export function connectArguments(values: readonly unknown[]): [ConnectOptions, Callback | null] {
  const list = Array.isArray(values[0]) ? values[0] : values;
  const [first, second] = list;
  const last = list.findLast((value) => value !== undefined);
  const callback = typeof last === 'function' ? (last as Callback) : null;
  if (typeof first === 'object' && first !== null) {
    const options = first as ConnectOptions;
    if (options.path) throw unixSocket('net.connect');
    return [{ ...options, port: Number(options.port) }, callback];
  }
  if (typeof first === 'string' && !/^\d+$/.test(first)) throw unixSocket('net.connect');
  return [
    { port: Number(first), ...(typeof second === 'string' ? { host: second } : {}) },
    callback,
  ];
}

export interface ListenOptions {
  readonly port: number;
  readonly host?: string;
  readonly signal?: AbortSignal;
}

/** `(port?, host?, backlog?, callback?)`, `(options, callback?)`. */
export function listenArguments(values: readonly unknown[]): [ListenOptions, Callback | null] {
  const [first, second] = values;
  const last = values.findLast((value) => value !== undefined);
  const callback = typeof last === 'function' ? (last as Callback) : null;
  if (typeof first === 'object' && first !== null) {
    const options = first as ListenOptions & { path?: string };
    if (options.path) throw unixSocket('server.listen');
    return [{ ...options, port: Number(options.port ?? 0) }, callback];
  }
  if (typeof first === 'string' && !/^\d+$/.test(first)) throw unixSocket('server.listen');
  const port = first === undefined || typeof first === 'function' ? 0 : Number(first);
  return [{ port, ...(typeof second === 'string' ? { host: second } : {}) }, callback];
}

export function checkPort(port: unknown): void {
  if (Number.isInteger(port) && (port as number) >= 0 && (port as number) <= highestPort) return;
  const message = `Port should be >= 0 and < 65536. Received ${String(port)}.`;
  throw codedError('ERR_SOCKET_BAD_PORT', message, {}, RangeError);
}

const unixSocket = (call: string): RefusedError =>
  new RefusedError(`${call} on a path`, 'listen and connect on a port of TCP');
