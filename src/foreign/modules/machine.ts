/** node:os and node:tty of the simulated machine: the same for all, but for its name. */
import { microsPerSecond } from '../../base/time.ts';
import { addressOf } from './addresses.ts';
import type { MakeModule } from './context.ts';
import { runtimeModule } from './runtime.ts';

const memoryBytes = 1 << 30;
const cpu = {
  model: 'simulated',
  speed: 1000,
  times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 },
};

export const makeOs: MakeModule = ({ host }) => ({
  EOL: '\n',
  devNull: '/dev/null',
  constants: runtimeModule('os')?.constants,
  arch: () => 'x64',
  machine: () => 'x86_64',
  platform: () => 'linux',
  type: () => 'Linux',
  release: () => '6.1.0',
  version: () => 'simulated',
  endianness: () => 'LE',
  hostname: () => host.machine,
  homedir: () => '/root',
  tmpdir: () => '/tmp',
  cpus: () => [cpu],
  availableParallelism: () => 1,
  totalmem: () => memoryBytes,
  freemem: () => memoryBytes / 2,
  loadavg: () => [0, 0, 0],
  uptime: () => host.clock.monotonicUs() / microsPerSecond,
  getPriority: () => 0,
  setPriority() {},
  userInfo: () => ({ uid: 0, gid: 0, username: 'root', homedir: '/root', shell: '/bin/sh' }),
  networkInterfaces: () => ({
    lo: [networkInterface('127.0.0.1', true)],
    eth0: [networkInterface(addressOf(host.machine, ''), false)],
  }),
});

const networkInterface = (address: string, internal: boolean) => ({
  address,
  netmask: '255.0.0.0',
  family: 'IPv4',
  mac: '00:00:00:00:00:00',
  internal,
  cidr: `${address}/8`,
});

export const makeTty: MakeModule = () => ({ isatty: () => false });
