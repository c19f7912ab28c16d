import { floatText, type FloatStyle } from './float-text.js';

/** A JSON number as `str` and `json.dumps` of Python 3 spell it: an integer as it is, another as a float. */
export function pythonNumber(text: string): string {
  if (/[.eE]/.test(text)) return pythonFloat(Number(text));
  // The integer 0 has no sign.
  return text === '-0' ? '0' : text;
}

/** The `repr` of a float. */
function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return floatText(value, style);
}

const style: FloatStyle = {
  leastPlain: -4,
  exponent: (exponent) => `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`,
};
