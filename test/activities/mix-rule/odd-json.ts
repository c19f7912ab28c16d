/** A number in one of its spellings. */
export class Spelling {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** JSON with the spelling of its numbers and the order of its members. */
export type OddJson = null | boolean | string | Spelling | readonly OddJson[] | ReadonlyMap<string, OddJson>;

/** An object whose absent members are left out. */
export type Members = Readonly<Record<string, OddJson | undefined>>;

export function object(members: Members): ReadonlyMap<string, OddJson> {
  const found = new Map<string, OddJson>();
  for (const [name, value] of Object.entries(members)) if (value !== undefined) found.set(name, value);
  return found;
}

export function isMap(value: OddJson | undefined): value is ReadonlyMap<string, OddJson> {
  return value instanceof Map;
}
export function isList(value: OddJson | undefined): value is readonly OddJson[] {
  return Array.isArray(value);
}

/** The values of JSON.parse. */
export function oddJson(value: unknown): OddJson {
  if (Array.isArray(value)) return value.map(oddJson);
  if (typeof value === 'object' && value !== null)
    return new Map(Object.entries(value).map(([name, member]) => [name, oddJson(member)]));
  if (typeof value === 'number') return new Spelling(JSON.stringify(value));
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

/** JSON without white space. */
export function compact(value: OddJson): string {
  if (value instanceof Spelling) return value.text;
  if (isMap(value))
    return `{${[...value].map(([name, member]) => `${JSON.stringify(name)}:${compact(member)}`).join(',')}}`;
  return isList(value) ? `[${value.map(compact).join(',')}]` : JSON.stringify(value);
}
