import { HeadraceError } from '../../../core/errors.js';

/** What a file holds. `json` is a JSON list or JSON Lines, which its first character decides. */
type Container = 'lines' | 'json' | 'parquet';
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
 * What a file holds, by its name: `.jsonl`, `.ndjson`, `.json` or `.parquet`, plain or with `.gz`, `.zst` or
 * `.zstd` after it. The path of a Hub file is its path in the repository: its name on disk is a hash.
 *
 * @throws {HeadraceError} FormatError for any other name.
 */
export function fileKindOf(path: string): FileKind {
  const [, name = '', packed] = /\.([a-z0-9]+?)(?:\.(gz|zst|zstd))?$/i.exec(path) ?? [];
  const container = containers[name.toLowerCase()];
  if (container === undefined)
    throw new HeadraceError('FormatError', `The file type of ${path} is not known`, {
      remedy: 'File names end in .jsonl, .json or .parquet, plain or followed by .gz or .zst.',
    });
  return { container, compression: compressions[packed?.toLowerCase() ?? ''] ?? 'none' };
}
