/**
 * Addresses of simulated machines. A machine is known by its name; where foreign code wants an IP
 * address, it gets one that follows from the name alone, in 10.0.0.0/8, and a connection to that
 * address leads to the machine of that name.
 */
import { assert } from '../../base/assert.ts';
import { hashOfText } from '../../base/digest.ts';

/** Names by address: the inverse of `addressOf`, for all names that it was ever asked for. */
const names = new Map<string, string>();
const numeric = /^\d{1,3}(\.\d{1,3}){3}$/;
const loopback = /^(localhost|127(\.\d{1,3}){3}|0\.0\.0\.0|::1?|::ffff:127\.0\.0\.1)$/;

/** 0: it is a name; else the version of IP. */
export function versionOf(host: string): 0 | 4 | 6 {
  if (numeric.test(host)) return host.split('.').every((part) => Number(part) < 256) ? 4 : 0;
  return /^[\da-f]*:[\da-f:.]+$/i.test(host) ? 6 : 0;
}

export function addressOf(name: string, self: string): string {
  if (versionOf(name) !== 0) return name;
  if (loopback.test(name) && name !== self) return '127.0.0.1';
  const hash = hashOfText(name) >>> 0;
  const address = `10.${(hash >>> 16) & 255}.${(hash >>> 8) & 255}.${hash & 255}`;
  const known = names.get(address);
  assert(known === undefined || known === name, `machines ${known} and ${name} differ in address`);
  names.set(address, name);
  return address;
}

/** The machine that a name or an address means to code on the machine `self`. */
export function machineOf(host: string, self: string): string {
  if (loopback.test(host)) return self;
  return names.get(host.replace(/^::ffff:/, '')) ?? host;
}
