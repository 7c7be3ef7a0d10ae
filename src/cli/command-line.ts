/** The command line: reads flags, calls one command, turns its outcome into an exit code. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { traceSorts } from '../trial/trace/record.ts';
import { packageVersion } from './about.ts';
import { type BugsFlags, bugs } from './commands/bugs.ts';
import { type HuntFlags, hunt } from './commands/hunt.ts';
import { list } from './commands/list.ts';
import { type ReplayFlags, replay } from './commands/replay.ts';
import { type RunFlags, run } from './commands/run.ts';
import { type ServeFlags, serve } from './commands/serve.ts';
import { type TraceFlags, trace } from './commands/trace.ts';
import { exitCode, UsageError } from './exit.ts';

function program(done: Done): Command {
  const ordeal = new Command('ordeal')
    .description(
      'Puts a Kafka-compatible cluster on trial: seeded faults, checked guarantees, exact replays.',
    )
    .version(packageVersion())
    .exitOverride();
  addTrials(ordeal, done);
  addTrace(ordeal, done);
  addSearches(ordeal, done);
  addCluster(ordeal, done);
  return ordeal;
}

type Done = (code: number) => void;

const outputDir = (): Option => single('--output-dir <directory>', 'where results are kept');

function addTrials(ordeal: Command, done: Done): void {
  ordeal
    .command('run')
    .description('run scenarios (all, if none is named) over seeds and judge them')
    .argument('[scenario...]', 'names of stock scenarios or paths of scenario files')
    .option('--seed <seed>', 'one seed; repeatable', collect)
    .addOption(single('--seeds <first..last>', 'a range of seeds'))
    .addOption(single('--runs <count>', 'seeds 1 to count'))
    .addOption(single('-j, --workers <count>', 'processes to run in (default: one a core)'))
    .addOption(single('--bail <count>', 'stop after so many failures'))
    .option('--verify', 'run each seed again in another process and compare')
    .option('--coverage', 'tell what the sweep has reached, and what it never did')
    .option('--reporter <name>', 'default, verbose, json, junit, github; repeatable', collect)
    .addOption(outputDir())
    .action(async (names: string[], flags: RunFlags) => done(await run(names, flags)));

  ordeal
    .command('replay')
    .description('run one seed again, traced')
    .argument('<scenario>', 'name of a stock scenario or path of a scenario file')
    .addOption(single('--seed <seed>', 'the seed').makeOptionMandatory())
    .addOption(single('--plan <file>', "a saved or edited plan instead of the seed's own"))
    .addOption(single('--trace <file>', 'write all that happens to this file'))
    .addOption(single('--bug <id>', 'decide as an exhibit of the museum does'))
    .addOption(outputDir())
    .action(async (name: string, flags: ReplayFlags) => done(await replay(name, flags)));
}

function addTrace(ordeal: Command, done: Done): void {
  ordeal
    .command('trace')
    .description('tell a trace in words, a line for each record')
    .argument('<file>', 'what a replay has written, trace.jsonl')
    .addOption(single('--only <sorts>', `some of ${Object.keys(traceSorts).join(', ')}`))
    .addOption(single('--machine <name>', 'what concerns this machine'))
    .addOption(single('--from <seconds>', 'from this virtual time on'))
    .addOption(single('--to <seconds>', 'up to this virtual time'))
    .action(async (file: string, flags: TraceFlags) => done(await trace(file, flags)));
}

function addSearches(ordeal: Command, done: Done): void {
  ordeal
    .command('hunt')
    .description('search for failures: vary the plans that reached something new')
    .argument(
      '[scenario...]',
      'names of stock scenarios or paths of scenario files; swarm, if none',
    )
    .addOption(single('--budget <amount>', 'how long: 10m, 90s or 500t (trials)').default('10m'))
    .addOption(single('--seed <seed>', 'another search for each'))
    .addOption(single('-j, --workers <count>', 'processes to run in (default: one a core)'))
    .option('--coverage', 'tell what the search has reached, and what it never did')
    .addOption(
      single(
        '--corpus <dir>',
        'begin with the plans kept there, and keep those of this hunt (default: the stock ones)',
      ),
    )
    .addOption(outputDir())
    .action(async (names: string[], flags: HuntFlags) => done(await hunt(names, flags)));

  ordeal
    .command('bugs')
    .description('list the museum of historical bugs, or search for them')
    .argument('[id...]', 'exhibits; all, if none is named')
    .option('--hunt', 'search for each, blind: by plain drawing and by hunting')
    .addOption(single('--trials <count>', 'at most so many for each and each way').default('300'))
    .addOption(single('--seed <seed>', 'another search for each'))
    .addOption(single('-j, --workers <count>', 'processes to run in (default: one a core)'))
    .addOption(single('--page <file>', 'write what was found into this Markdown file'))
    .addOption(outputDir())
    .action(async (ids: string[], flags: BugsFlags) => done(await bugs(ids, flags)));
}

function addCluster(ordeal: Command, done: Done): void {
  ordeal
    .command('list')
    .description('list the stock scenarios')
    .action(async () => {
      process.stdout.write(await list());
      done(exitCode.ok);
    });

  ordeal
    .command('serve')
    .description('run a real cluster on loopback until interrupted')
    .addOption(single('--brokers <count>', 'how many nodes').default('3'))
    .addOption(
      single('--port <port>', 'port of the first broker; the others follow it').default('9092'),
    )
    .addOption(
      single('--data <directory>', 'where the nodes keep their files').default('ordeal-data'),
    )
    .addOption(single('--node <id>', 'start this node of the cluster alone'))
    .action(async (flags: ServeFlags) => done(await serve(flags)));
}

/** An option that may be given once: of two values one would go unheard. */
function single(flags: string, description: string): Option {
  let isGiven = false;
  return new Option(flags, description).argParser((value: string) => {
    if (isGiven) throw new InvalidArgumentError('It is given twice: give one of them.');
    isGiven = true;
    return value;
  });
}

function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

/** Carries out one command and gives its exit code; what went wrong is said on standard error. */
export async function commandLine(words: readonly string[]): Promise<number> {
  let code: number = exitCode.ok;
  try {
    await program((result) => {
      code = result;
    }).parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
    if (error instanceof UsageError) {
      process.stderr.write(`ordeal: ${error.message}\n`);
      return exitCode.usage;
    }
    process.stderr.write(`ordeal: internal error: ${(error as Error).stack ?? String(error)}\n`);
    return exitCode.internal;
  }
}
