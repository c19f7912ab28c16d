/** What the two recipes of a comparison are: `['then', 'now']`. */
export type Sides = readonly [before: string, after: string];

/**
 * The keys in which two recipes differ, with both values: `train.epochs: 1 then, 2 now`.
 *
 * @param before - JSON, as {@link after}.
 */
export function recipeDifferences(before: string, after: string, [then, now]: Sides): string[] {
  const [old, fresh] = [leavesOf(JSON.parse(before)), leavesOf(JSON.parse(after))];
  const keys = [...new Set([...old.keys(), ...fresh.keys()])].sort();
  const show = (value: string | undefined): string => value ?? '(not set)';
  return keys
    .filter((key) => old.get(key) !== fresh.get(key))
    .map((key) => `${key}: ${show(old.get(key))} ${then}, ${show(fresh.get(key))} ${now}`);
}

/** Every value that is no list and no object, as JSON, by its dotted path. */
function leavesOf(value: unknown, path = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null) return new Map([[path, JSON.stringify(value)]]);
  const prefix = path === '' ? '' : `${path}.`;
  return new Map(Object.entries(value).flatMap(([key, member]) => [...leavesOf(member, prefix + key)]));
}
