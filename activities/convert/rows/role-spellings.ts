import { isUtf8 } from 'node:buffer';
import { roleMap, type Role } from '../../../core/convert/roles.js';

/** More spellings than these are decoded each time. */
const maxSpellings = 16;

/** Maps roles as bytes. A file has few spellings of roles: each is decoded once. */
export class RoleSpellings {
  readonly #roleOf: (role: unknown) => Role | undefined;
  readonly #known: { readonly bytes: Buffer; readonly role: Role }[] = [];

  /** @param aliases - as for `roleMap`. */
  constructor(aliases: Readonly<Record<string, Role>> | undefined) {
    this.#roleOf = roleMap(aliases);
  }

  /** The role that `bytes[start, end)` spells; `undefined` for any other text. */
  roleAt(bytes: Uint8Array, start: number, end: number): Role | undefined {
    for (const known of this.#known) if (equals(known.bytes, bytes, start, end)) return known.role;
    const spelling = Buffer.from(bytes.subarray(start, end));
    const role = isUtf8(spelling) ? this.#roleOf(spelling.toString()) : undefined;
    if (role !== undefined && this.#known.length < maxSpellings) this.#known.push({ bytes: spelling, role });
    return role;
  }
}

/** Whether `bytes[start, end)` are those of `text`. For short texts faster than `Buffer.compare`. */
export function equals(text: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== text.length) return false;
  for (let index = 0; index < text.length; index += 1) if (bytes[start + index] !== text[index]) return false;
  return true;
}
