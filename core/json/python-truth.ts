import { isSpelledList, isSpelledObject, SpelledNumber, type SpelledJson } from './spelled-json.js';

/** Python's `bool(value)`: false of null, false, zero, and of empty strings, lists and objects. */
export function pythonTruth(value: SpelledJson): boolean {
  if (value instanceof SpelledNumber) return Number(value.text) !== 0;
  if (isSpelledObject(value)) return value.size > 0;
  if (isSpelledList(value)) return value.length > 0;
  return value !== null && value !== false && value !== '';
}
