import * as zlib from 'node:zlib';
import type { Call } from './transport.js';

/** Since Node 22.15; the types of Node 20 do not have it. */
const zstdCompressSync =
  'zstdCompressSync' in zlib ? (zlib.zstdCompressSync as (input: Uint8Array) => Uint8Array) : undefined;

/** The body packed with zstd, or as it is where this Node has no zstd. */
export function zstdBody(bytes: Uint8Array): Pick<Call, 'body' | 'contentEncoding'> {
  if (zstdCompressSync === undefined) return { body: bytes };
  return { body: zstdCompressSync(bytes), contentEncoding: 'zstd' };
}
