/** ok: it happened; fail: it certainly did not; info: nobody knows. */
export type Outcome = 'pending' | 'ok' | 'fail' | 'info';
