import { floatText } from './float-text.js';
import { pythonNumber } from './python-number.js';

/**
 * A JSON number that Python writes and Rust's `serde_json` reads and writes again: an integer of 64 bits as
 * it is, another number as a float, `1e-7`, `100000.0`. A number above the largest float stays as it is
 * spelt; `serde_json` refuses it.
 *
 * @param plus - an exponent above zero has a sign: `1e+16`.
 */
export function rustNumber(spelt: string, plus: boolean): string {
  const text = pythonNumber(spelt);
  if (/^-?\d+$/.test(text) && isOf64Bits(BigInt(text))) return text;
  const value = readFloat(text);
  if (!Number.isFinite(value)) return spelt;
  return floatText(value, {
    leastPlain: -5,
    exponent: (exponent) => `${plus && exponent > 0 ? '+' : ''}${exponent}`,
  });
}

const unsignedEnd = 2n ** 64n;

function isOf64Bits(value: bigint): boolean {
  return value >= -(2n ** 63n) && value < unsignedEnd;
}

/**
 * The float that `serde_json` reads: the digits as one integer of 64 bits, times or by a power of ten. It is
 * not always the nearest one (`f64_from_parts` in its `de.rs`, without the feature `float_roundtrip`).
 */
function readFloat(text: string): number {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(text);
  if (parts === null) return Number.NaN;
  const [, sign, whole = '', fraction = '', power = '0'] = parts;
  let digits = BigInt(whole + fraction);
  let exponent = Number(power) - fraction.length;
  for (; digits >= unsignedEnd; exponent += 1) digits /= 10n;
  const value = timesPowerOfTen(Number(digits), exponent);
  return sign === '-' ? -value : value;
}

function timesPowerOfTen(value: number, exponent: number): number {
  if (exponent >= 0) return value * Number(`1e${exponent}`);
  if (exponent >= -308) return value / Number(`1e${-exponent}`);
  return timesPowerOfTen(value / 1e308, exponent + 308);
}
