/** What a request names more than once. Kafka refuses such things rather than guess at an order. */
export function namedTwice<T>(names: Iterable<T>): ReadonlySet<T> {
  const seen = new Set<T>();
  const twice = new Set<T>();
  for (const name of names) {
    if (seen.has(name)) twice.add(name);
    else seen.add(name);
  }
  return twice;
}
