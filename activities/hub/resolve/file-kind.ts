import { containerOf } from '../../../core/container/container-of.js';
import { kindByName, type Compression, type FileKind } from '../../../core/container/file-kind.js';
import { HeadraceError } from '../../../core/errors.js';
import { startOf } from '../../../core/format.js';
import { unpackedHead } from './unpack-head.js';

/** The bytes at a file's start that decide what it is. */
export const kindBytes = 64 * 1024;

/**
 * What a file holds. Its first bytes decide; of a packed file, what they unpack to. The name counts only
 * where they begin like nothing that is known.
 *
 * @param head - the first {@link kindBytes} of the file, or all of a shorter one.
 * @throws {HeadraceError} FileKindError for a file that is not read; FormatError where it cannot be unpacked.
 */
export function fileKindOf({ name, sizeBytes }: NamedFile, head: Buffer): FileKind {
  const outer = containerOf(head);
  if (outer.is !== 'packed') return kindOf(name, 'none', head);
  return kindOf(name, outer.by, unpackedHead(outer.by, name, head, head.length < sizeBytes));
}

interface NamedFile {
  readonly name: string;
  readonly sizeBytes: number;
}

function kindOf(name: string, compression: Compression, head: Buffer): FileKind {
  const found = containerOf(head);
  const packed = compression === 'none' ? '' : ` packed with ${compression}`;
  if (found.is === 'refused') throw refusal(name, `${found.refused.what}${packed}`, found.refused.remedy);
  if (found.is === 'packed')
    throw refusal(name, `packed twice: ${found.by} in ${compression}`, 'Unpack it once.');
  if (found.isSure) return { container: found.is, compression };
  const named = kindByName(name);
  if (named !== undefined) return compression === 'none' ? named : { ...named, compression };
  const start = startOf(head.toString(), 40);
  throw refusal(
    name,
    `nothing that is known${packed}: it begins ${JSON.stringify(start)}`,
    'Write it as JSON Lines, a JSON list or parquet.',
  );
}

function refusal(name: string, what: string, remedy: string): HeadraceError {
  const wanted = 'JSON Lines, a JSON list or parquet was expected, plain or packed with gzip or zstd';
  return new HeadraceError('FileKindError', `${name} is ${what}. ${wanted}`, { remedy });
}
