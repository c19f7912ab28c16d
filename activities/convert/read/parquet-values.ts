import { isUtf8 } from 'node:buffer';
import {
  compactJson,
  parseSpelled,
  SpelledNumber,
  type SpelledJson,
} from '../../../core/json/spelled-json.js';
import { badText, TextBytes } from './text-bytes.js';

/**
 * A parquet value as JSON.parse would return it: texts decoded, integers as numbers, times as ISO 8601 text,
 * numbers that are not finite as null. A null member of a struct is no member: a table cannot leave one out.
 * Bytes that the schema does not call text are text where they are UTF-8, else an object with their number.
 */
export function plainValue(value: unknown): unknown {
  if (value instanceof TextBytes) return value.text();
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return textOrSize(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plainValue);
  return Object.fromEntries(members(value).map(([name, member]) => [name, plainValue(member)]));
}

/** The columns of a row as {@link plainValue}. */
export function plainRow(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, plainValue(value)]));
}

/**
 * The JSON whose parsed form is {@link plainRow}. Integers are spelt with all their digits, other numbers as
 * JSON.stringify writes them. A text that is not UTF-8 is U+FFFD.
 */
export function rowText(row: Readonly<Record<string, unknown>>): string {
  return compactJson(new Map(Object.entries(row).map(([column, value]) => [column, spelled(value)])));
}

function spelled(value: unknown): SpelledJson {
  if (typeof value === 'bigint') return new SpelledNumber(String(value));
  if (Array.isArray(value)) return value.map(spelled);
  if (value instanceof TextBytes) return shown(value);
  if (value instanceof Uint8Array) return spelled(textOrSize(value));
  if (typeof value !== 'object' || value === null || value instanceof Date)
    return parseSpelled(JSON.stringify(value ?? null));
  return new Map(members(value).map(([name, member]) => [name, spelled(member)]));
}

function textOrSize(bytes: Uint8Array): unknown {
  return isUtf8(bytes) ? String(Buffer.from(bytes)) : { bytes: bytes.length };
}

function shown(text: TextBytes): string {
  const decoded = text.text();
  return decoded === badText ? '\uFFFD' : decoded;
}

function members(struct: object): (readonly [string, unknown])[] {
  return Object.entries(struct).filter(([, member]) => member !== null && member !== undefined);
}
