import { HeadraceError } from '../../../core/errors.js';

/** What a file holds. `json` is a list of rows, or JSON lines; only its first character tells. */
export type Container = 'lines' | 'json' | 'parquet';
export type Compression = 'none' | 'gzip' | 'zstd';

export interface FileKind {
  readonly container: Container;
  readonly compression: Compression;
}

const containers: Readonly<Record<string, Container>> = {
  jsonl: 'lines',
  ndjson: 'lines',
  json: 'json',
  parquet: 'parquet',
};
const compressions: Readonly<Record<string, Compression>> = { gz: 'gzip', zst: 'zstd', zstd: 'zstd' };

/**
 * Tells by a file's name what it holds: `.jsonl`, `.ndjson`, `.json`, `.parquet`, each plain, `.gz` or `.zst`. The name
 * of a Hub file is its path in the repository; on disk it is called by its hash.
 *
 * @throws {HeadraceError} FormatError for any other name.
 */
export function fileKindOf(path: string): FileKind {
  const [, name = '', packed] = /\.([a-z0-9]+?)(?:\.(gz|zst|zstd))?$/i.exec(path) ?? [];
  const container = containers[name.toLowerCase()];
  if (container === undefined)
    throw new HeadraceError('FormatError', `The name of ${path} does not say what the file holds`, {
      remedy: 'Name files .jsonl, .json or .parquet, plain or with .gz or .zst after it.',
    });
  return { container, compression: compressions[packed?.toLowerCase() ?? ''] ?? 'none' };
}
