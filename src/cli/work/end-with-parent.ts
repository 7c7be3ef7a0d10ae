import { Worker } from 'node:worker_threads';

/**
 * Ends this process when its parent is gone, however that went and however busy this one is: a
 * thread looks now and then. It is plain JavaScript in a string, for a thread has no loader for
 * TypeScript on Node.
 */
export function endWithParent(parent: number): void {
  const watch = `
    const gone = () => {
      if (process.ppid !== ${parent}) return true;
      try {
        process.kill(${parent}, 0);
        return false;
      } catch (error) {
        return error.code === 'ESRCH';
      }
    };
    setInterval(() => {
      if (gone()) process.kill(process.pid, 'SIGKILL');
    }, 500);`;
  new Worker(watch, { eval: true, execArgv: [] }).unref();
}
