/**
 * `Date` of a simulated machine: its wall clock, in UTC and without a locale, so that a date means
 * the same wherever a trial runs. Dates of the runtime count as instances too.
 */
type Fields = [number, number, number?, number?, number?, number?, number?];

const RealDate = globalThis.Date;
/** What `Date` reads and writes in local time, which here is UTC. */
const localNames = [
  ...['Date', 'Day', 'FullYear', 'Hours', 'Milliseconds', 'Minutes', 'Month', 'Seconds'],
];
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = [
  ...['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
];
const hasZone = /(Z|GMT|UTC|[+-]\d{2}:?\d{2}|\([A-Z]+\))\s*$/i;
const dateOnly = /^[+-]?\d{4,6}(-\d{2}){0,2}$/;

/** `nowMs`: the machine's wall clock. */
export function simulatedDate(nowMs: () => number): DateConstructor {
  function SimulatedDate(...values: unknown[]): string | Date {
    if (new.target === undefined) return new Simulated(nowMs()).toString();
    return Reflect.construct(RealDate, [timeOf(values, nowMs)], new.target) as Date;
  }
  const Simulated = SimulatedDate as unknown as DateConstructor;
  Object.defineProperty(Simulated, 'name', { value: 'Date' });
  Object.defineProperty(Simulated, 'length', { value: 7 });
  Object.defineProperty(Simulated, Symbol.hasInstance, {
    value: (value: unknown) => value instanceof RealDate,
  });
  const prototype = Object.create(RealDate.prototype) as Date;
  for (const [name, value] of Object.entries(methods())) {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  }
  Object.defineProperty(prototype, 'constructor', {
    value: Simulated,
    writable: true,
    configurable: true,
  });
  Object.defineProperty(Simulated, 'prototype', { value: prototype });
  Simulated.now = nowMs;
  Simulated.UTC = RealDate.UTC;
  Simulated.parse = (text) => parsed(String(text));
  return Simulated;
}

function timeOf(values: readonly unknown[], nowMs: () => number): number {
  if (values.length === 0) return nowMs();
  if (values.length > 1) return RealDate.UTC(...(values.map(Number) as Fields));
  const [value] = values;
  if (value instanceof RealDate) return value.getTime();
  const primitive = typeof value === 'object' && value !== null ? toPrimitive(value) : value;
  return typeof primitive === 'string' ? parsed(primitive) : Number(primitive);
}

function toPrimitive(value: object): unknown {
  const own = value.valueOf();
  return typeof own === 'object' ? String(value) : own;
}

/** Local time is UTC, whatever the zone of the machine that runs the trial. */
function parsed(text: string): number {
  const trimmed = text.trim();
  if (hasZone.test(trimmed) || dateOnly.test(trimmed)) return RealDate.parse(trimmed);
  const isIso = /^[+-]?\d{4,6}-\d{2}-\d{2}T/.test(trimmed);
  return RealDate.parse(isIso ? `${trimmed}Z` : `${trimmed} UTC`);
}

function methods(): Record<string, (this: Date, ...values: number[]) => unknown> {
  const real = RealDate.prototype as unknown as Record<string, (...values: number[]) => number>;
  const made: Record<string, (this: Date, ...values: number[]) => unknown> = {};
  for (const name of localNames) {
    for (const way of ['get', 'set']) {
      const utc = real[`${way}UTC${name}`];
      if (utc === undefined) continue;
      made[`${way}${name}`] = function (...values) {
        return utc.apply(this, values);
      };
    }
  }
  return { ...made, ...texts };
}

const two = (value: number): string => String(value).padStart(2, '0');
const dayOf = (date: Date): string => {
  const [day, month] = [days[date.getUTCDay()], months[date.getUTCMonth()]];
  return `${day} ${month} ${two(date.getUTCDate())} ${date.getUTCFullYear()}`;
};
const timeOfDay = (date: Date): string =>
  [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
const localDay = (date: Date): string =>
  `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()}`;
const localTime = (date: Date): string => {
  const hours = date.getUTCHours();
  const rest = [date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `${hours % 12 === 0 ? 12 : hours % 12}:${rest} ${hours < 12 ? 'AM' : 'PM'}`;
};

/** A text of a date, or what Date says of an invalid one. */
const textBy = (make: (date: Date) => string) =>
  function (this: Date): string {
    return Number.isNaN(this.getTime()) ? 'Invalid Date' : make(this);
  };
const zone = 'GMT+0000 (Coordinated Universal Time)';
const whole = (date: Date): string => `${dayOf(date)} ${timeOfDay(date)} ${zone}`;

const texts: Record<string, (this: Date) => unknown> = {
  getTimezoneOffset: () => 0,
  getYear() {
    return this.getUTCFullYear() - 1900;
  },
  toString: textBy(whole),
  toDateString: textBy(dayOf),
  toTimeString: textBy((date) => `${timeOfDay(date)} ${zone}`),
  toLocaleString: textBy((date) => `${localDay(date)}, ${localTime(date)}`),
  toLocaleDateString: textBy(localDay),
  toLocaleTimeString: textBy(localTime),
};
