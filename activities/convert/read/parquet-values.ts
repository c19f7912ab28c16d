import {
  compactJson,
  parseSpelled,
  SpelledNumber,
  type SpelledJson,
} from '../../../core/json/spelled-json.js';
import { badText, TextBytes } from './text-bytes.js';

/**
 * A parquet value as JSON.parse would return it: texts decoded, integers as numbers, times as ISO 8601 text.
 * A null member of a struct is no member: a table cannot leave one out.
 */
export function plainValue(value: unknown): unknown {
  if (value instanceof TextBytes) return value.text();
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
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
  if (typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value))
    return parseSpelled(JSON.stringify(value ?? null));
  return new Map(members(value).map(([name, member]) => [name, spelled(member)]));
}

function shown(text: TextBytes): string {
  const decoded = text.text();
  return decoded === badText ? '\uFFFD' : decoded;
}

function members(struct: object): (readonly [string, unknown])[] {
  return Object.entries(struct).filter(([, member]) => member !== null && member !== undefined);
}
