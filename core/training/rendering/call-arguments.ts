import { isSpelledObject, parseSpelled, type SpelledJson } from '../../json/spelled-json.js';

/**
 * The arguments of a call by their names; none where the text is empty.
 *
 * @throws {Error} where the text is no JSON object, which no canonical conversation has.
 */
export function argumentsOf(text: string): ReadonlyMap<string, SpelledJson> {
  const value = text === '' ? new Map<string, SpelledJson>() : parseSpelled(text);
  if (isSpelledObject(value)) return value;
  throw new Error(`The arguments of a call must be a JSON object, and they are ${text.slice(0, 80)}`);
}
