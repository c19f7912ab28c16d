/** How a float is spelt. */
export interface FloatStyle {
  /** Numbers below this power of ten have an exponent, as have those from 1e16 on. */
  readonly leastPlain: number;
  /** The exponent and its sign, behind the `e`. */
  readonly exponent: (exponent: number) => string;
}

/**
 * A finite float with the fewest digits that give the number again, which are those of JavaScript. There is
 * always a fraction or an exponent: `1.0`, `1e+16`.
 */
export function floatText(value: number, style: FloatStyle): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa = '0', power = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(power);
  if (exponent < style.leastPlain || exponent >= 16) return `${sign}${mantissa}e${style.exponent(exponent)}`;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}
