import { describe, expect, it } from 'vitest';
import { githubReporter } from '../../src/report/github.ts';
import { jsonReporter } from '../../src/report/json.ts';
import { junitReporter } from '../../src/report/junit.ts';
import { terminalReporter } from '../../src/report/terminal.ts';
import { faultEffectInWords, violationInWords } from '../../src/trial/words.ts';
import { beyond, difference, end, failed, passed, reproduce, start, undecided } from './records.ts';

/** The lines of a text that ends with its last one. */
function linesOf(text: string): string[] {
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
}

describe('the default reporter', () => {
  const reporter = terminalReporter({ verbose: false, reproduce });

  it('begins with what runs where', () => {
    expect(reporter.begin(start)).toBe(
      'ordeal 1.2.3 @ abc1234 on node 20.0.0: 3 scenarios, 4 runs\n',
    );
  });

  it('passes over what passed', () => {
    expect(reporter.record(passed)).toBe('');
    expect(reporter.record(beyond)).toBe('');
  });

  it('tells a failure by property, sentence, timeline and command', () => {
    expect(linesOf(reporter.record(failed))).toEqual([
      '',
      '✗ lost-write  chaos  seed 7  (t=6.500 s)',
      '  an acknowledged value below the highest offset read was never read:',
      '  offset 3 of 100% "<x>" & more was acknowledged (acks=all) for value 9, which nobody ever read',
      '    t=3.900 s  p1 sent value 9, acknowledged at t=3.950 s as 100% "<x>" & more offset 3',
      '    t=4.000 s  crash leader of orders-0 (b2): killed the process, reset 9 connections',
      '    t=6.500 s  consumer 2 read value 11 at 100% "<x>" & more offset 3',
      '    with it broke: unseen',
      '    and 1 more, for instance: offset 4 of orders-0 was acknowledged (acks=all) for value 10, which nobody ever read',
      '  plan: 2 faults, 1 took effect   digest a0a1a2a3a4a5a6a7',
      '  reproduce: again chaos 7',
    ]);
  });

  it('tells why a run is inconclusive', () => {
    expect(linesOf(reporter.record(undecided))).toEqual([
      '',
      '? steady  seed 2',
      '  nothing was acknowledged',
      '  plan: 0 faults, 0 took effect   digest 00112233445566ff',
      '  reproduce: again steady 2',
    ]);
  });

  it('ends with a table and where the results lie', () => {
    expect(linesOf(reporter.end(end))).toEqual([
      '',
      'scenario  seeds  verdict                  virtual time  wall time  speed-up  acknowledged  faults that took effect',
      '────────  ─────  ───────────────────────  ────────────  ─────────  ────────  ────────────  ───────────────────────',
      'steady        2  inconclusive 1 of 2              3:01      0.5 s      362×         8 500                      0/0',
      'chaos         1  FAIL 1 of 1                      2:00      1.0 s      120×         4 250                      1/2',
      'acks-one      1  pass: breaks lost-write          2:00      1.0 s      120×         4 250                      1/2',
      '',
      '2 passed, 2 did not, in 1:01; results in reports',
    ]);
  });

  it('says why not all has run', () => {
    reporter.begin(start);
    const cut = reporter.end({ ...end, records: [passed], cut: 'interrupted' });
    expect(cut).toContain('\ninterrupted: 1 of 4 runs done; 1 passed, 0 did not, in 1:01;');
  });

  it('says that nothing differed, or what did', () => {
    expect(reporter.end({ ...end, differences: [] })).toContain(
      'every seed twice: 0 differences\n',
    );
    expect(reporter.end({ ...end, differences: [difference] })).toContain(
      '✗ not deterministic: steady seed 1: event 5 differs, it does\nevery seed twice: 1 difference\n',
    );
  });

  it('has a line for each run when it is verbose', () => {
    const verbose = terminalReporter({ verbose: true, reproduce });
    expect(verbose.record(passed)).toBe('✓ steady  seed 1  00112233445566ff  0.3 s\n');
    expect(verbose.record(beyond)).toBe(
      '✓ acks-one  seed 7  a0a1a2a3a4a5a6a7  1.0 s, broke lost-write as it must\n',
    );
  });
});

describe('the JSON reporter', () => {
  function documentOf(differences: typeof end.differences): unknown {
    const reporter = jsonReporter();
    expect(reporter.begin(start)).toBe('');
    expect(reporter.record(failed)).toBe('');
    return JSON.parse(reporter.end({ ...end, records: [failed, undecided], differences }));
  }

  it('writes one document of runs, with a reason where there is one', () => {
    const { reason: _, ...run } = failed;
    expect(documentOf(null)).toEqual({
      version: '1.2.3',
      commit: 'abc1234',
      runtime: 'node 20.0.0',
      runs: [
        {
          ...run,
          faults: run.faults.map((fault) => ({ ...fault, effect: faultEffectInWords(fault) })),
          violations: run.violations.map((one) => ({ ...one, message: violationInWords(one) })),
        },
        { ...undecided, reason: 'nothing was acknowledged' },
      ],
    });
  });

  it('adds the differences where there may be some', () => {
    expect(documentOf([difference])).toMatchObject({ differences: [difference] });
  });
});

describe('the JUnit reporter', () => {
  it('writes a case for each run', () => {
    expect(linesOf(junitReporter().end(end))).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuite name="ordeal" tests="4" failures="1" skipped="1" time="61.000">',
      '  <testcase classname="steady" name="seed 1" time="0.250"/>',
      '  <testcase classname="steady" name="seed 2" time="0.250"><skipped message="nothing was acknowledged"/></testcase>',
      '  <testcase classname="chaos" name="seed 7" time="1.000">',
      '    <failure message="lost-write: offset 3 of 100% &quot;&lt;x&gt;&quot; &amp; more was acknowledged (acks=all) for value 9, which nobody ever read">lost-write: offset 3 of 100% &quot;&lt;x&gt;&quot; &amp; more was acknowledged (acks=all) for value 9, which nobody ever read&#10;t=3.900 s  p1 sent value 9, acknowledged at t=3.950 s as 100% &quot;&lt;x&gt;&quot; &amp; more offset 3&#10;t=6.500 s  consumer 2 read value 11 at 100% &quot;&lt;x&gt;&quot; &amp; more offset 3&#10;lost-write: offset 4 of orders-0 was acknowledged (acks=all) for value 10, which nobody ever read</failure>',
      '  </testcase>',
      '  <testcase classname="acks-one" name="seed 7" time="1.000"/>',
      '</testsuite>',
    ]);
  });

  it('counts a run that is not the same twice as a failure', () => {
    const xml = junitReporter().end({ ...end, records: [passed], differences: [difference] });
    expect(xml).toContain('tests="1" failures="1" skipped="0"');
    expect(xml).toContain('<failure message="not deterministic: event 5 differs, it does">');
  });

  it('replaces what XML cannot hold', () => {
    const odd = { ...undecided, reason: 'a\u0000b\nc' };
    expect(junitReporter().end({ ...end, records: [odd] })).toContain('message="a\ufffdb&#10;c"');
  });
});

describe('the GitHub reporter', () => {
  const reporter = githubReporter(reproduce);

  it('annotates each violation, escaped as a workflow command wants it', () => {
    expect(linesOf(reporter.record(failed))).toEqual([
      '::error title=lost-write (chaos%2C seed 7)::offset 3 of 100%25 "<x>" & more was acknowledged (acks=all) for value 9, which nobody ever read%0At=3.900 s  p1 sent value 9, acknowledged at t=3.950 s as 100%25 "<x>" & more offset 3%0At=6.500 s  consumer 2 read value 11 at 100%25 "<x>" & more offset 3%0Areproduce: again chaos 7',
      '::error title=lost-write (chaos%2C seed 7)::offset 4 of orders-0 was acknowledged (acks=all) for value 10, which nobody ever read%0Areproduce: again chaos 7',
    ]);
  });

  it('annotates what could not be judged and what differed, and nothing else', () => {
    expect(reporter.record(passed)).toBe('');
    expect(reporter.record(undecided)).toBe(
      '::error title=inconclusive (steady%2C seed 2)::nothing was acknowledged%0Areproduce: again steady 2\n',
    );
    expect(reporter.end({ ...end, differences: [difference] })).toBe(
      '::error title=not deterministic (steady%2C seed 1)::event 5 differs, it does\n',
    );
    expect(reporter.end(end)).toBe('');
  });
});
