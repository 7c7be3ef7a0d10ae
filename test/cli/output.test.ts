import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/exit.ts';
import { claimFolder } from '../../src/cli/folder-claim.ts';
import { makeFolder } from '../../src/cli/make-folder.ts';
import { checkLatest, saveLatest } from '../../src/cli/output.ts';
import { openTraceFile } from '../../src/cli/trace-file.ts';
import { writeAside } from '../../src/cli/write-aside.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ordeal-output-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

describe('files written aside', () => {
  it('replace those of the same names', () => {
    writeFileSync(join(folder, 'a'), 'old');
    expect(writeAside(folder, { a: 'new', b: 'other' })).toBeNull();
    expect([read('a'), read('b')]).toEqual(['new', 'other']);
    expect(readdirSync(folder).sort()).toEqual(['a', 'b']);
  });

  it('leave what was there where one of them cannot be written', () => {
    writeFileSync(join(folder, 'a'), 'old');
    const names = { a: 'new', 'no/such/folder': 'x' };
    expect(writeAside(folder, names)).toContain('ENOENT');
    expect(read('a')).toBe('old');
    expect(readdirSync(folder)).toEqual(['a']);
  });
});

describe('the latest results', () => {
  it('hold nothing of an earlier sweep once the new ones stand', () => {
    saveLatest(folder, { 'results.json': '1', 'junit.xml': '1' });
    expect(saveLatest(folder, { 'results.json': '2' })).toBeNull();
    expect(readdirSync(join(folder, 'latest'))).toEqual(['results.json']);
    expect(read('latest/results.json')).toBe('2');
  });

  it('never take the place of a file', () => {
    checkLatest(folder);
    writeFileSync(join(folder, 'latest'), 'mine');
    expect(() => checkLatest(folder)).toThrow(UsageError);
    expect(saveLatest(folder, { 'results.json': '1' })).toContain('latest');
    expect(read('latest')).toBe('mine');
  });
});

describe('a folder of results', () => {
  it('is for one sweep at a time', () => {
    const first = claimFolder(folder);
    expect(() => claimFolder(folder)).toThrow(`another run is writing to ${folder}`);
    first.release();
    claimFolder(folder).release();
    expect(existsSync(join(folder, '.running'))).toBe(false);
  });

  it('is free again when the sweep that claimed it is gone', () => {
    writeFileSync(join(folder, '.running'), '4194305\n');
    expect(claimFolder(folder).problem).toBeNull();
    expect(Number(read('.running'))).toBe(process.pid);
  });

  it.each(['file/below', 'file'])('cannot be %s', (name) => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => claimFolder(join(folder, name))).toThrow('--output-dir: ');
  });

  it('is made with those above it, and refused at once where none can be made', () => {
    makeFolder(join(folder, 'a/b/c'));
    expect(existsSync(join(folder, 'a/b/c'))).toBe(true);
    makeFolder(join(folder, 'a/b/c'));
    if (existsSync('/proc/self'))
      expect(() => makeFolder('/proc/nobody/reports')).toThrow('ENOENT');
  });
});

describe('a trace that cannot be written', () => {
  it('is told at the end, and does not stop who writes it', () => {
    if (!existsSync('/dev/full')) return;
    const trace = openTraceFile('/dev/full', {
      is: 'trace',
      version: 1,
      scenario: 'calm',
      seed: '1',
    });
    for (let event = 0; event < 3_000; event++)
      trace.write({ event, time: event, machine: 'b1', is: 'process', change: 'start' });
    expect(trace.close()).toContain('--trace: /dev/full: ENOSPC');
    expect(trace.close()).toContain('ENOSPC');
  });
});
