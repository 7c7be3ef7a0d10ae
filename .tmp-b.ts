import { benchLog } from './bench/log.ts';
performance.now = () => { const u = process.cpuUsage(); return (u.user+u.system)/1000; };
console.table(await benchLog());
