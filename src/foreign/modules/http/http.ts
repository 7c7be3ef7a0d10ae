/** node:http and node:https, on the simulated node:net and node:tls. */
import type { MakeModule, ModuleContext } from '../context.ts';
import type { ServerClass } from '../net/server.ts';
import type { Socket } from '../net/socket.ts';
import { type Agent, type AgentClass, makeAgentClass } from './agent.ts';
import { makeRequestClass, type RequestOptions, requestArguments } from './client.ts';
import { makeIncomingClass } from './incoming.ts';
import { makeOutgoingClass } from './outgoing.ts';
import { methods } from './parse.ts';
import { makeHttpServerClass, makeResponseClass } from './server.ts';
import { statusTexts } from './status-texts.ts';

type Classes = Record<string, new (...values: unknown[]) => unknown>;
interface Transport {
  readonly Server: ServerClass;
  connect(options: object): Socket;
}

export const makeHttp: MakeModule = (context) => {
  const Outgoing = makeOutgoingClass(context);
  const Incoming = makeIncomingClass(context);
  const Response = makeResponseClass(Outgoing);
  const net = context.module('net') as Transport;
  return {
    METHODS: methods,
    STATUS_CODES: statusTexts,
    maxHeaderSize: 16_384,
    IncomingMessage: Incoming,
    OutgoingMessage: Outgoing,
    ServerResponse: Response,
    validateHeaderName() {},
    validateHeaderValue() {},
    setMaxIdleHTTPParsers() {},
    ...protocolMembers(context, net, {
      protocol: 'http:',
      port: 80,
      Server: makeHttpServerClass(Incoming, Response, net.Server),
      classes: { Outgoing, Incoming } as never,
    }),
  };
};

export const makeHttps: MakeModule = (context) => {
  const { OutgoingMessage, IncomingMessage, ServerResponse } = context.module('http') as Classes;
  const tls = context.module('tls') as Transport;
  const Incoming = IncomingMessage as never;
  return protocolMembers(context, tls, {
    protocol: 'https:',
    port: 443,
    Server: makeHttpServerClass(Incoming, ServerResponse as never, tls.Server, 'secureConnection'),
    classes: { Outgoing: OutgoingMessage, Incoming } as never,
  });
};

interface Protocol {
  readonly protocol: string;
  readonly port: number;
  readonly Server: ServerClass;
  readonly classes: {
    readonly Outgoing: ReturnType<typeof makeOutgoingClass>;
    readonly Incoming: ReturnType<typeof makeIncomingClass>;
  };
}

function protocolMembers(context: ModuleContext, transport: Transport, of: Protocol): object {
  const { Outgoing, Incoming } = of.classes;
  // The path of a request is none of a socket.
  const connect = ({ path, ...options }: RequestOptions): Socket => transport.connect(options);
  const AgentOf: AgentClass = makeAgentClass(context, connect, of.protocol, of.port);
  const globalAgent = new AgentOf({ keepAlive: true });
  const agentOf = ({ agent }: RequestOptions): Agent => {
    if (agent === false) return new AgentOf();
    return agent === undefined || agent === null || agent === true ? members.globalAgent : agent;
  };
  const ClientRequest = makeRequestClass(context, Outgoing, Incoming, agentOf);
  const request = (...values: unknown[]) => new ClientRequest(...requestArguments(values));
  const members = {
    Agent: AgentOf,
    globalAgent,
    ClientRequest,
    Server: of.Server,
    request,
    get: (...values: unknown[]) => {
      const made = request(...values);
      made.end();
      return made;
    },
    createServer: (...values: unknown[]) => new of.Server(...(values as [])),
  };
  return members;
}
