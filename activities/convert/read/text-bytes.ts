import { isAscii, isUtf8 } from 'node:buffer';

/** Stands for a text whose bytes are not UTF-8. */
export const badText = Symbol('text that is not UTF-8');

/** A text of a parquet file, not decoded. */
export class TextBytes {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The decoded text. */
  text(): string | typeof badText {
    const view = Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    if (isAscii(view)) return view.toString('latin1');
    return isUtf8(view) ? view.toString('utf8') : badText;
  }

  /** The name of a member: hyparquet makes objects of maps. */
  toString(): string {
    return String(Buffer.from(this.bytes));
  }
}

/** Whether a value, decoded or not, has a text that is not UTF-8. */
export function holdsBadText(value: unknown): boolean {
  if (value === badText) return true;
  if (value instanceof TextBytes) return !isUtf8(value.bytes);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  return Object.values(value).some(holdsBadText);
}
