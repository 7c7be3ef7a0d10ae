/**
 * node:dns. Every name is that of a machine and has an address; whether there is such a machine
 * shows when something connects to it. Answers come in a later event, as from the system's
 * resolver.
 */
import { addressOf, machineOf, versionOf } from './addresses.ts';
import { type MakeModule, type ModuleContext, systemError } from './context.ts';
import { refusedCall } from './refusals.ts';

type Found = (error: unknown, address?: unknown, family?: number) => void;
interface LookupOptions {
  readonly all?: boolean;
  readonly family?: number | string;
}

const unanswered = ['resolveAny', 'resolveCaa', 'resolveNaptr', 'resolvePtr', 'resolveSoa'];
/** Kinds of records that no simulated name has. */
const empty = ['resolve6', 'resolveMx', 'resolveTxt', 'resolveSrv', 'resolveNs', 'resolveCname'];

export const makeDns: MakeModule = (context) => {
  const { realm, module } = context;
  const promises = module('dns/promises') as Record<
    string,
    (...values: unknown[]) => Promise<unknown>
  >;
  const calling =
    (name: string) =>
    (...values: unknown[]) => {
      const callback = values.pop() as Found;
      promises[name]?.(...values).then(
        (value) => realm.nextTick(() => callback(null, value)),
        (error: unknown) => realm.nextTick(() => callback(error)),
      );
    };
  const lookup = (name: string, ...values: unknown[]): void => {
    const callback = values.pop() as Found;
    const options = optionsOf(values[0]);
    realm.later(() => {
      const found = look(context, name, options);
      if (found instanceof Error) callback(found);
      else if (options.all === true) callback(null, [found]);
      else callback(null, found.address, found.family);
    });
  };
  const members: Record<string, unknown> = {
    ...promises,
    lookup,
    promises,
    ADDRCONFIG: 32,
    V4MAPPED: 8,
    ALL: 16,
  };
  for (const name of Object.keys(promises)) {
    if (/^(resolve|reverse)/.test(name)) members[name] = calling(name);
  }
  return members;
};

export const makeDnsPromises: MakeModule = (context) => {
  const { realm, host } = context;
  const lookup = async (name: string, given?: unknown): Promise<unknown> => {
    const options = optionsOf(given);
    await realm.passed();
    const found = look(context, name, options);
    if (found instanceof Error) throw found;
    return options.all === true ? [found] : found;
  };
  const resolve4 = async (name: string): Promise<string[]> => {
    await realm.passed();
    return [addressOf(name, host.machine)];
  };
  const none = async (name: string): Promise<never> => {
    await realm.passed();
    throw systemError('query', 'ENODATA', name, { hostname: name });
  };
  const resolve = (name: string, kind = 'A'): Promise<string[]> =>
    kind === 'A' ? resolve4(name) : none(name);
  const reverse = async (address: string): Promise<string[]> => {
    await realm.passed();
    const name = machineOf(address, host.machine);
    if (name === address) throw systemError('getHostByAddr', 'ENOTFOUND', address);
    return [name];
  };
  const members: Record<string, unknown> = {
    lookup,
    resolve,
    resolve4,
    reverse,
    lookupService: refusedCall('dns', 'lookupService'),
    getServers: () => ['127.0.0.1'],
    setServers() {},
    getDefaultResultOrder: () => 'ipv4first',
    setDefaultResultOrder() {},
    NODATA: 'ENODATA',
    NOTFOUND: 'ENOTFOUND',
  };
  for (const name of empty) members[name] = none;
  for (const name of unanswered) members[name] = refusedCall('dns', name);
  members.Resolver = class Resolver {};
  Object.assign((members.Resolver as { prototype: object }).prototype, members, { cancel() {} });
  return members;
};

const optionsOf = (given: unknown): LookupOptions =>
  typeof given === 'object' && given !== null ? given : { family: Number(given ?? 0) };

function look({ host }: ModuleContext, name: string, { family }: LookupOptions) {
  const isNumeric = versionOf(name) !== 0;
  if ((family === 6 || family === 'IPv6') && !isNumeric) {
    return systemError('getaddrinfo', 'ENOTFOUND', name, { hostname: name });
  }
  return { address: addressOf(name, host.machine), family: isNumeric ? versionOf(name) : 4 };
}
