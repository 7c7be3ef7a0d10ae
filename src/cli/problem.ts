/** What went wrong in a sentence that has the code of the file system, such as ENOSPC, in it. */
export function problemOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  // Deno leaves it out of some.
  return code === undefined || message.includes(code) ? message : `${code}: ${message}`;
}
