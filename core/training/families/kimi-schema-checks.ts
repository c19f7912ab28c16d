import { isSpelledList, isSpelledObject, SpelledNumber, type SpelledJson } from '../../json/spelled-json.js';

/** Why a JSON Schema has no form in the TypeScript of Kimi's tool declarations. */
export class NoTypeScript extends Error {
  override readonly name = 'NoTypeScript';
}

export type Members = ReadonlyMap<string, SpelledJson>;

/** The values, if they are of the type that the schema has. */
export function enumValues(members: Members): readonly SpelledJson[] {
  const values = listOf(members.get('enum') ?? null, 'enum');
  const type = members.get('type');
  const types = type === undefined ? [] : typeof type === 'string' ? [type] : listOf(type, 'type');
  if (types.length > 2 || (types.length === 2 && !types.includes('null')))
    return refuse('an enum of several types');
  const expected = types.find((each) => each !== 'null') ?? types[0];
  const isMistyped = (value: SpelledJson): boolean => value !== null && !isOfType(value, expected);
  return values.some(isMistyped) ? refuse('an enum with values of other types') : values;
}

/** As Python's `isinstance`: a boolean is a number, and `1.0` no integer. */
function isOfType(value: SpelledJson, type: SpelledJson | undefined): boolean {
  const isBoolean = typeof value === 'boolean';
  if (type === 'string') return typeof value === 'string';
  if (type === 'boolean') return isBoolean;
  if (type === 'number') return isBoolean || value instanceof SpelledNumber;
  if (type === 'integer') return isBoolean || (value instanceof SpelledNumber && !/[.eE]/.test(value.text));
  return true;
}

/** @throws {NoTypeScript} where a value is no object. */
export function objectOf(value: SpelledJson, what: string): Members {
  return isSpelledObject(value) ? value : refuse(`${what} that is no object`);
}

/** @throws {NoTypeScript} where a value is no list. */
export function listOf(value: SpelledJson, what: string): readonly SpelledJson[] {
  return isSpelledList(value) ? value : refuse(`${what} that is no list`);
}

export function refuse(what: string): never {
  throw new NoTypeScript(`Kimi's tool declarations have no TypeScript for ${what}`);
}
