import { pythonNumber } from './python-number.js';
import { isSpelledObject, SpelledNumber, type SpelledJson } from './spelled-json.js';

/**
 * A JSON value as text of Python 3: `str(json.loads(text))` of the text that `value` was parsed from.
 * `True`, `None`, `1e-07`; a string as it is, and quoted in lists and objects: `['string', 'null']`.
 */
export function pythonStr(value: SpelledJson): string {
  return typeof value === 'string' ? value : repr(value);
}

function repr(value: SpelledJson): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quoted(value);
  if (value instanceof SpelledNumber) return pythonNumber(value.text);
  if (!isSpelledObject(value)) return `[${value.map(repr).join(', ')}]`;
  const members = Array.from(value, ([name, member]) => `${quoted(name)}: ${repr(member)}`);
  return `{${members.join(', ')}}`;
}

/** Of a string: in single quotes, unless it holds these and no double ones. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(unprintable, (character) => {
    if (character === "'") return quote === "'" ? "\\'" : "'";
    return shortEscapes.get(character) ?? numbered(character.codePointAt(0) ?? 0);
  });
  return `${quote}${escaped}${quote}`;
}

/**
 * Quotes, backslashes and what `str.isprintable` is false of, but for the space. A code point without a
 * character counts as printable: the Unicode version of Node must not change the text.
 */
const unprintable = /\\|'|(?! )[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}\p{Z}]/gu;

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
]);

function numbered(codePoint: number): string {
  const digits = codePoint.toString(16);
  if (codePoint < 0x100) return `\\x${digits.padStart(2, '0')}`;
  return codePoint < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}
