/** node:net on the host's network. */
import { versionOf } from '../addresses.ts';
import type { ModuleContext } from '../context.ts';
import { type ConnectOptions, connectArguments } from './options.ts';
import { makeServerClass } from './server.ts';
import { makeSocketClass } from './socket.ts';

export function makeNet(context: ModuleContext): unknown {
  const Socket = makeSocketClass(context);
  const Server = makeServerClass(context, Socket);
  const connect = (...values: unknown[]) => {
    const [options] = connectArguments(values);
    const socket = new Socket(options as ConnectOptions);
    if (options.timeout !== undefined) socket.setTimeout(options.timeout);
    return socket.connect(...values);
  };
  return {
    Socket,
    Stream: Socket,
    Server,
    connect,
    createConnection: connect,
    createServer: (...values: unknown[]) =>
      new (Server as unknown as new (...values: unknown[]) => object)(...values),
    isIP: (text: unknown) => versionOf(String(text)),
    isIPv4: (text: unknown) => versionOf(String(text)) === 4,
    isIPv6: (text: unknown) => versionOf(String(text)) === 6,
    getDefaultAutoSelectFamily: () => false,
    setDefaultAutoSelectFamily() {},
    getDefaultAutoSelectFamilyAttemptTimeout: () => 250,
    setDefaultAutoSelectFamilyAttemptTimeout() {},
  };
}
