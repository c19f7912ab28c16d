import { isSpelledObject, SpelledNumber, type SpelledJson } from './spelled-json.js';

/**
 * JSON as Python 3 spells it: `json.dumps(json.loads(text))` of the text that `value` was parsed from.
 * Separators are `, ` and `: `, what is not printable ASCII is escaped, and a number with a fraction or an
 * exponent is written as a float. (Integers of more than 4,300 digits, which Python refuses, stay as they
 * are.)
 */
export function pythonJson(value: SpelledJson): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return pythonString(value);
  if (value instanceof SpelledNumber) return pythonNumber(value.text);
  if (isSpelledObject(value)) {
    const members = Array.from(value, ([name, member]) => `${pythonString(name)}: ${pythonJson(member)}`);
    return `{${members.join(', ')}}`;
  }
  return `[${value.map(pythonJson).join(', ')}]`;
}

function pythonString(text: string): string {
  return JSON.stringify(text).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function pythonNumber(text: string): string {
  if (/[.eE]/.test(text)) return pythonFloat(Number(text));
  // The integer 0 has no sign.
  return text === '-0' ? '0' : text;
}

/**
 * The `repr` of a float. Its digits are those of JavaScript, the fewest that give the number again; the
 * exponent is written for other numbers.
 */
function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa = '0', power = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}
