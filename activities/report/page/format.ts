import { startOf } from '../../../core/format.js';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 1234567 → "1,234,567". */
export function count(value: number): string {
  return whole.format(value);
}

/** 0.1234 → "12.3 %"; small shares keep two digits. */
export function percent(share: number): string {
  const hundred = share * 100;
  const digits = hundred === 0 || hundred >= 10 ? 1 : 2;
  return `${hundred.toFixed(digits).replace(/\.0+$/, '')} %`;
}

/** `1.2 MB`, in powers of 1,000. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 2 : 1)} ${units[unit] ?? ''}`;
}

/**
 * Untrusted text with its invisible characters shown: control characters as their pictures (␛), marks of text
 * direction as their code points.
 */
export function visible(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex --
      .replaceAll(/[\u0000-\u0008\u000b-\u001f]/g, (char) => String.fromCharCode(0x2400 + char.charCodeAt(0)))
      .replaceAll('\u007f', '\u2421')
      .replaceAll(
        /[\u0080-\u009f\u202a-\u202e\u2066-\u2069]/g,
        (char) => `[U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`,
      )
  );
}

/**
 * The first `limit` characters, with "…" and how many are left out where there are more.
 *
 * @param layOut - writes what is shown in another form, for example on several lines.
 */
export function clip(text: string, limit: number, layOut = (head: string): string => head): string {
  if (text.length <= limit) return visible(layOut(text));
  const head = startOf(text, limit);
  return `${visible(layOut(head))}… (${count(text.length - head.length)} more characters)`;
}

/** `1 file`, `2 files`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** `2026-11-23 23:25 UTC`. */
export function moment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
