/** Members of a group, and what each has read, as the file says that it writes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sendSignal } from '../../src/cli/send-signal.ts';
import { type MemberOptions, runMember } from './kafkajs-member.ts';

export interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}

export class GroupMember {
  readonly #file: string;
  readonly #child: ChildProcess | null;
  /** What lets it leave, of a member in this process. */
  readonly #leave: Promise<() => Promise<void>> | null;

  private constructor(
    file: string,
    {
      child = null,
      leave = null,
    }: { child?: ChildProcess | null; leave?: Promise<() => Promise<void>> | null },
  ) {
    this.#file = file;
    this.#child = child;
    this.#leave = leave;
  }

  static here(options: MemberOptions): GroupMember {
    return new GroupMember(options.file, { leave: runMember(options) });
  }

  /** In a process of its own, which can be killed. */
  static apart({ brokers, file, groupId, topic }: MemberOptions): GroupMember {
    const program = join(import.meta.dirname, 'kafkajs-member-process.ts');
    const words = ['--import', 'tsx', program, brokers.join(), groupId, topic, file];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] });
    return new GroupMember(file, { child });
  }

  /** kcat's balanced consumer. */
  static kcat(kcat: string, { brokers, file, groupId, topic }: MemberOptions): GroupMember {
    const format = ['-u', '-q', '-f', '%p %o %s\\n'];
    const settings = ['-X', 'session.timeout.ms=6000', '-X', 'auto.offset.reset=earliest'];
    const words = ['-b', brokers.join(), ...format, ...settings, '-G', groupId, topic];
    const to = openSync(file, 'a');
    const child = spawn(kcat, words, { stdio: ['ignore', to, 'ignore'] });
    closeSync(to);
    return new GroupMember(file, { child });
  }

  /** What it has read, by generation, in its order. */
  get generations(): readonly (readonly ReadRecord[])[] {
    const generations: ReadRecord[][] = [[]];
    const text = existsSync(this.#file) ? readFileSync(this.#file, 'utf8') : '';
    // Behind the last line end it is still writing.
    for (const line of text.split('\n').slice(0, -1)) {
      const [partition = '', offset = '', value = ''] = line.split(' ');
      if (partition === 'joined') generations.push([]);
      else
        generations.at(-1)?.push({ partition: Number(partition), offset: Number(offset), value });
    }
    return generations;
  }

  get joins(): number {
    return this.generations.length - 1;
  }

  get records(): readonly ReadRecord[] {
    return this.generations.flat();
  }

  /** Of a member in this process: it has asked to join. */
  get hasStarted(): Promise<unknown> {
    return Promise.resolve(this.#leave);
  }

  kill(): void {
    if (this.#child !== null) sendSignal(this.#child, 'SIGKILL');
  }

  /** Lets it leave its group. */
  async stop(): Promise<void> {
    if (this.#leave !== null) await (await this.#leave)();
    const child = this.#child;
    if (child === null) return;
    sendSignal(child, 'SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}
