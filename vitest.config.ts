import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Ends what hangs; no test is decided by its time.
    testTimeout: 300_000,
  },
});
