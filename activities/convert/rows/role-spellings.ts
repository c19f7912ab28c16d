import { isUtf8 } from 'node:buffer';
import { roleMap, type RowRole } from '../../../core/convert/roles.js';
import { byteRoles, type ByteRole } from '../json-bytes/canonical-line.js';

/** Further spellings are decoded each time. */
const maxSpellings = 16;

/** Maps roles that are given as bytes. A file has few different ones: each is decoded once. */
export class RoleSpellings {
  readonly #roleOf: (role: unknown) => RowRole | undefined;
  readonly #known: { readonly bytes: Buffer; readonly role: ByteRole }[] = [];

  /** @param aliases - as for `roleMap`. */
  constructor(aliases: Readonly<Record<string, RowRole>> | undefined) {
    this.#roleOf = roleMap(aliases);
  }

  /** The role that is written in `bytes[start, end)`; `undefined` for any other role or text. */
  roleAt(bytes: Uint8Array, start: number, end: number): ByteRole | undefined {
    for (const known of this.#known) if (equals(known.bytes, bytes, start, end)) return known.role;
    const spelling = Buffer.from(bytes.subarray(start, end));
    const found = isUtf8(spelling) ? this.#roleOf(spelling.toString()) : undefined;
    const role = byteRoles.find((name) => name === found);
    if (role !== undefined && this.#known.length < maxSpellings) this.#known.push({ bytes: spelling, role });
    return role;
  }
}

/** Whether `bytes[start, end)` equals `text`. Faster than `Buffer.compare` for short texts. */
export function equals(text: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== text.length) return false;
  for (let index = 0; index < text.length; index += 1) if (bytes[start + index] !== text[index]) return false;
  return true;
}
