import { isUtf8 } from 'node:buffer';
import { compileFilter } from '../../../core/convert/filter.js';
import { isObject, messageListOf } from '../../../core/convert/layout.js';
import { roleMap, type Role } from '../../../core/convert/roles.js';
import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { mayBeBlank } from './blank.js';
import { closing, firstOpening, mostAround, nextOpening, type ConvertedRow } from './converted-row.js';
import {
  addEscaped,
  addPart,
  endLine,
  mostLineBytes,
  skippedUnits,
  startLine,
} from '../json-bytes/json-bytes.js';
import { holdsBadText, TextBytes } from '../read/text-bytes.js';

/**
 * Returns a function that converts a row of a parquet file without decoding the texts of its messages: their bytes are
 * escaped where they lie. It answers `undefined` where a row is anything but a plain conversation, and the row has to be
 * decoded to say what it is. `undefined` instead of a function for formats whose messages are not in a list.
 */
export function valueScanner(
  rules: ConversionRules,
): ((row: Readonly<Record<string, unknown>>) => ConvertedRow | 'filtered' | undefined) | undefined {
  const names = messageListOf(rules.layout);
  if (names === undefined) return undefined;
  const filter = compileFilter(rules.filter, rules.layout);
  if (filter.columns.includes(names.list)) return undefined;
  const roleOf = roleReader(roleMap(rules.roles));
  return (row) => {
    if (filter.columns.some((column) => holdsBadText(row[column]))) return undefined;
    if (!filter.passes(row)) return 'filtered';
    const list = row[names.list];
    if (!Array.isArray(list) || list.length === 0) return undefined;
    const roles: Role[] = [];
    const texts: Uint8Array[] = [];
    let bytes = 0;
    for (const message of list as readonly unknown[]) {
      if (!isObject(message)) return undefined;
      const content = message[names.content];
      const role = roleOf(message[names.role]);
      if (role === undefined || !(content instanceof TextBytes) || !isUtf8(content.bytes)) return undefined;
      if (mayBeBlank(content.bytes, 0, content.bytes.length, false)) return undefined;
      roles.push(role);
      texts.push(content.bytes);
      bytes += content.bytes.length;
    }
    const count = roles.lastIndexOf('assistant') + 1;
    if (count === 0 || 6 * bytes + count * mostAround + closing.bytes > mostLineBytes) return undefined;
    return new EscapedRow(roles, texts, count, 6 * bytes);
  };
}

/** Roles are few: each spelling is decoded once. */
function roleReader(roleOf: (role: unknown) => Role | undefined): (role: unknown) => Role | undefined {
  const seen: { readonly bytes: Uint8Array; readonly role: Role }[] = [];
  return (role) => {
    if (!(role instanceof TextBytes)) return undefined;
    for (const known of seen) if (sameBytes(known.bytes, role.bytes)) return known.role;
    const found = roleOf(role.text());
    if (found !== undefined && seen.length < 16) seen.push({ bytes: role.bytes.slice(), role: found });
    return found;
  };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false;
  return true;
}

/** A conversation whose texts are escaped as its line is written. */
class EscapedRow implements ConvertedRow {
  readonly #roles: readonly Role[];
  readonly #texts: readonly Uint8Array[];
  readonly #count: number;
  #assistantChars = 0;
  readonly line;

  constructor(roles: readonly Role[], texts: readonly Uint8Array[], count: number, textBytes: number) {
    this.#roles = roles;
    this.#texts = texts;
    this.#count = count;
    this.line = {
      mostBytes: textBytes + count * mostAround + closing.bytes,
      writeTo: (target: Buffer, at: number): number => this.#write(target, at),
    };
  }

  get assistantChars(): number {
    return this.#assistantChars;
  }

  get prompt(): Uint8Array {
    const user = this.#roles.indexOf('user');
    return this.#texts[user === -1 || user >= this.#count ? 0 : user] ?? new Uint8Array(0);
  }

  #write(target: Buffer, at: number): number {
    startLine();
    this.#assistantChars = 0;
    for (let index = 0; index < this.#count; index += 1) {
      const role = this.#roles[index] ?? 'user';
      addPart((index === 0 ? firstOpening : nextOpening)[role]);
      addEscaped(this.#texts[index] ?? new Uint8Array(0));
      if (role === 'assistant') this.#assistantChars += skippedUnits();
    }
    addPart(closing);
    return endLine(target, at);
  }
}
