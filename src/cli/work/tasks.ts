/** What a parent asks its workers for, and what the two say to each other. */
import type { Difference } from '../../report/reporter.ts';
import type { Job, JobResult, ReplayJob, SearchJob, SearchResult, Watch } from '../job.ts';
import type { Repetition } from '../verify.ts';

export interface DescribedScenario {
  /** The name or path that the user gave. */
  readonly asked: string;
  readonly file: string;
  readonly name: string;
}

export interface Tasks {
  /** Loads a scenario and checks all that can be checked before anything runs. */
  describe(asked: string, watch: Watch): Promise<DescribedScenario>;
  run(job: Job, watch: Watch): Promise<JobResult>;
  replay(job: ReplayJob, watch: Watch): Promise<JobResult>;
  /** One trial of a hunt. */
  search(job: SearchJob, watch: Watch): Promise<SearchResult>;
  /** The second run of `--verify`. */
  repeat(repetition: Repetition, watch: Watch): Promise<Difference | null>;
}

export type TaskName = keyof Tasks;
export type Input<Name extends TaskName> = Parameters<Tasks[Name]>[0];
export type Output<Name extends TaskName> = Awaited<ReturnType<Tasks[Name]>>;

export interface Request {
  readonly task: TaskName;
  readonly input: unknown;
}

export type Answer =
  | { readonly result: unknown }
  /** Wrong input from the user. */
  | { readonly usage: string }
  /** The stack of what the task threw. */
  | { readonly error: string };

/** Said about once a second while a task is under way: virtual time, −1 before a trial begins. */
export interface Beat {
  readonly virtualUs: number;
}
