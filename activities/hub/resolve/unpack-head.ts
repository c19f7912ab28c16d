import { constants, gunzipSync } from 'node:zlib';
import { Decompress } from 'fzstd';
import type { Compression } from '../../../core/container/file-kind.js';
import { HeadraceError, messageOf } from '../../../core/errors.js';

/**
 * The bytes that the start of a file unpacks to.
 *
 * @param isCut - whether the file goes on: then its end, which is missing, is no damage.
 * @throws {HeadraceError} FormatError where the file is damaged or ends too early.
 */
export function unpackedHead(
  compression: Exclude<Compression, 'none'>,
  name: string,
  packed: Buffer,
  isCut: boolean,
): Buffer {
  try {
    if (compression === 'gzip')
      return gunzipSync(packed, isCut ? { finishFlush: constants.Z_SYNC_FLUSH } : {});
    const blocks: Uint8Array[] = [];
    new Decompress((block) => void blocks.push(Buffer.from(block))).push(packed, !isCut);
    return Buffer.concat(blocks);
  } catch (error) {
    throw cannotUnpack(name, error);
  }
}

/** The error of a file that cannot be unpacked. */
export function cannotUnpack(name: string, error: unknown): HeadraceError {
  return new HeadraceError('FormatError', `${name} cannot be unpacked: ${messageOf(error)}`, {
    remedy: 'The file is damaged or incomplete. Fetch it again.',
    cause: error,
  });
}
