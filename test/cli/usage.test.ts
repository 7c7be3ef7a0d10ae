import { afterAll, describe, expect, it } from 'vitest';
import { localCluster } from '../../src/cli/local-cluster.ts';
import { stockScenarioNames } from '../../src/cli/scenarios.ts';
import { captured } from './captured.ts';
import { ScenarioFolder } from './scenario-folder.ts';

const folder = new ScenarioFolder();
afterAll(() => folder.remove());

const steady = ['run', 'steady'];
const goodPlan = { scenario: 'steady', seed: '1', workload: {}, faults: [] };

describe('wrong usage', () => {
  it.each([
    [[], 'Usage: ordeal'],
    [['--frob'], "unknown option '--frob'"],
    [['frob'], "unknown command 'frob'"],
    [['run', 'frob'], 'unknown scenario "frob": neither a file nor one of acks-one-loses-writes,'],
    [[...steady, '--frob'], "unknown option '--frob'"],
    [[...steady, '--seed', 'x'], '--seed: "x" is not a seed'],
    [[...steady, '--seeds', '9..1'], '--seeds: "9..1" ends before it begins'],
    [[...steady, '--reporter', 'toString'], '--reporter: unknown reporter "toString": one of'],
    [[...steady, '-j', '0'], '--workers: "0" is not a whole number'],
    [[...steady, '--bail', 'x'], '--bail: "x" is not a whole number'],
    [[...steady, '--output-dir', '/dev/null/reports'], '--output-dir: '],
    [['replay', 'steady'], "required option '--seed <seed>' not specified"],
    [['replay', 'steady', '--seed', '1', '--plan', '/nowhere.json'], '--plan: ENOENT'],
    [['replay', 'steady', '--seed', '1', '--trace', '/dev/null/trace'], '--trace: ENOTDIR'],
    [['serve', '--port', '70000'], '--port: "70000" is not a whole number from 1 to 65529'],
    [['serve', '--brokers', '10'], '--brokers: "10" is not a whole number from 1 to 9'],
    [['serve', '--node', '4'], '--node: "4" is not a whole number from 1 to 3'],
    [['serve', '--data', '/dev/null/data'], '--data: ENOTDIR'],
  ])('ordeal %j ends with 64 and says why', async (words, message) => {
    const where = words[0] === 'replay' ? ['--output-dir', folder.file('reports')] : [];
    const ended = await captured(...words, ...where);
    expect(ended.code).toBe(64);
    expect(ended.stderr).toContain(message);
    expect(ended.stdout).toBe('');
  });

  it.each([
    ['faults of the wrong type', { faults: [{ kind: 'crash', atMs: 'x' }] }, 'faults.0.atMs: '],
    ['an unknown field', { fault: [] }, 'Unrecognized key: "fault"'],
    ['another scenario', { scenario: 'chaos' }, 'scenario: the plan is for "chaos", not "steady"'],
    ['another seed', { seed: '2' }, 'seed: the plan is for "2", not "1"'],
  ])('a plan with %s is named with its file', async (_, change, message) => {
    const plan = folder.write('plan.json', JSON.stringify({ ...goodPlan, ...change }));
    const flags = ['--seed', '1', '--plan', plan, '--output-dir', folder.file('reports')];
    const ended = await captured('replay', 'steady', ...flags);
    expect(ended.code).toBe(64);
    expect(ended.stderr).toContain('--plan: ');
    expect(ended.stderr).toContain(`${plan}: `);
    expect(ended.stderr).toContain(message);
  });

  it.each([
    ['invalid', 'scenario "invalid": phases.warmUpMs: '],
    ['wrong-target', 'faults.script.0.target: "b9" is none of b1, b2, b3'],
  ])('the file of the scenario %s is named with its field', async (name, message) => {
    const flags = ['-j', '1', '--output-dir', folder.file('reports')];
    const ended = await captured('run', folder.file(`${name}.ts`), ...flags);
    expect(ended.code).toBe(64);
    expect(ended.stderr).toContain(`${folder.file(`${name}.ts`)}: ${message}`);
  });

  it.each([
    ['no-default', 'export const x = 1;', 'has no default export'],
    ['throws', 'throw new Error("boo");', 'cannot be loaded: boo'],
    ['other-name', 'export default { name: "x", description: "Some words." };', 'name: "x" should'],
    ['latest', 'export default { name: "latest", description: "Some words." };', 'name: "latest"'],
  ])('a scenario file that is %s is named', async (name, text, message) => {
    const file = folder.write(`${name}.ts`, text);
    const ended = await captured('run', file);
    expect(ended.code).toBe(64);
    expect(ended.stderr).toContain(`${file}: `);
    expect(ended.stderr).toContain(message);
  });

  it('two scenarios of one name would share their results', async () => {
    const text = 'export default { name: "steady", description: "Mine, not the stock one." };';
    const file = folder.write('steady.ts', text);
    const ended = await captured('run', 'steady', file);
    expect(ended.code).toBe(64);
    expect(ended.stderr).toContain(`two scenarios are called "steady": `);
    expect(ended.stderr).toContain(file);
  });

  it('a cluster keeps the size and port it was made with', async () => {
    const data = folder.file('data');
    localCluster(data, 3, 19_092);
    const other = await captured('serve', '--data', data, '--port', '19093');
    expect(other.code).toBe(64);
    expect(other.stderr).toContain('was made with 19092, not 19093: give --port 19092');
    const larger = await captured('serve', '--data', data, '--port', '19092', '--brokers', '5');
    expect(larger.code).toBe(64);
    expect(larger.stderr).toContain('was made with 3, not 5: give --brokers 3');
    folder.write('data/cluster.json', '{}');
    const damaged = await captured('serve', '--data', data);
    expect(damaged.code).toBe(64);
    expect(damaged.stderr).toContain(`--data: ${folder.file('data/cluster.json')} is damaged`);
  });
});

describe('right usage', () => {
  it('--help and --version end with 0', async () => {
    const help = await captured('--help');
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: ordeal') });
    const version = await captured('--version');
    expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+$/m) });
  });

  it('list has a line for each stock scenario, with its promise and first sentence', async () => {
    const ended = await captured('list');
    expect(ended.code).toBe(0);
    const lines = ended.stdout.trimEnd().split('\n').slice(2);
    expect(lines.map((line) => line.split(' ')[0])).toEqual(stockScenarioNames());
    expect(ended.stdout).toMatch(/^steady +holds +[A-Z][^.]*\.$/m);
    expect(ended.stdout).toMatch(/^acks-one-loses-writes +breaks lost-write +[A-Z][^.]*\.$/m);
  });
});
