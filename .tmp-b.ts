import { benchLog } from './bench/log.ts';
import { MemoryDisk } from './test/kafka/log/memory-disk.ts';
performance.now = () => { const u = process.cpuUsage(); return (u.user+u.system)/1000; };
console.table(benchLog(() => { const d = new MemoryDisk(); d.tracksChanges = false; return d; }));
