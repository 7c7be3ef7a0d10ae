/** Holds the directory given as its argument until it is killed. */
import { lockDirectory } from '../../src/real/lock.ts';

await lockDirectory(process.argv[2] as string);
process.stdout.write('locked\n');
setInterval(() => {}, 60_000);
