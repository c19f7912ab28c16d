import { byName } from '../text/code-point-order.js';
import { pythonNumber } from './python-number.js';
import { isSpelledObject, SpelledNumber, type SpelledJson } from './spelled-json.js';

/** Options of Python's `json.dumps`. */
export interface PythonJsonStyle {
  /** `ensure_ascii=False`: only quotes, backslashes and control characters are escaped. @default false */
  readonly raw?: boolean;
  /** `separators=(",", ":")`. @default false */
  readonly compact?: boolean;
  /** `sort_keys=True`: the members of every object, by the code points of their names. @default false */
  readonly sorted?: boolean;
}

/**
 * JSON as Python 3 spells it: `json.dumps(json.loads(text))` of the text that `value` was parsed from.
 * Without a style, separators are `, ` and `: ` and what is not printable ASCII is escaped. A number with a
 * fraction or an exponent is written as a float. (Integers of more than 4,300 digits, which Python refuses,
 * stay as they are.)
 */
export function pythonJson(value: SpelledJson, style: PythonJsonStyle = {}): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quoted(value, style);
  if (value instanceof SpelledNumber) return pythonNumber(value.text).replace('inf', 'Infinity');
  const [comma, colon] = style.compact === true ? [',', ':'] : [', ', ': '];
  if (!isSpelledObject(value)) return `[${value.map((item) => pythonJson(item, style)).join(comma)}]`;
  const members = style.sorted === true ? byName(value) : [...value];
  const texts = members.map(([name, member]) => `${quoted(name, style)}${colon}${pythonJson(member, style)}`);
  return `{${texts.join(comma)}}`;
}

function quoted(text: string, { raw = false }: PythonJsonStyle): string {
  // Units below the space. JSON.stringify would escape halves of surrogate pairs, too.
  const escaped = text.replace(/["\\]|[^ -\uffff]/g, (unit) => JSON.stringify(unit).slice(1, -1));
  return `"${raw ? escaped : escaped.replace(/[^ -~]/g, (unit) => `\\u${hex(unit)}`)}"`;
}

function hex(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, '0');
}
