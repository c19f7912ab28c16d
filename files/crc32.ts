import * as zlib from 'node:zlib';

/**
 * CRC-32 of bytes: detects those that changed on the disk, at a third of the cost of SHA-256.
 *
 * @param before - CRC-32 of the bytes before these. @default of none
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  return zlib.crc32(bytes, before);
}
