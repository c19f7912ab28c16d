import type { SourceFile } from '../../../core/contracts/source.js';
import { HeadraceError } from '../../../core/errors.js';
import { formatBytes } from '../../../core/format.js';
import { oidOf } from './hub-blob.js';

/**
 * The error for a file whose bytes were fetched twice and had the wrong hash both times.
 *
 * @param found - `undefined` where there were too few bytes.
 */
export function mismatch(file: SourceFile, url: string, found: string | undefined): HeadraceError {
  const kind = file.sha256 === undefined ? 'git blob id' : 'SHA-256';
  return new HeadraceError(
    'HashMismatchError',
    `${file.path} (${formatBytes(file.sizeBytes)}, ${url}) failed its check twice: expected ${kind} ${oidOf(file)}, found ${found ?? 'too few bytes'}`,
  );
}
