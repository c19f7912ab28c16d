import type { SourceFile } from '../contracts/source.js';
import { formatBytes } from '../format.js';

/** `lmsys-chat-1m train-00002-of-00006 (249 MB)`, or `name 12 files from part-0001 (80.1 MB)`. */
export function downloadLabel(dataset: string, files: readonly SourceFile[]): string {
  const bytes = formatBytes(files.reduce((sum, file) => sum + file.sizeBytes, 0));
  const name = dataset.slice(dataset.lastIndexOf('/') + 1);
  const first = shortName(files[0]?.path ?? '');
  const what = files.length === 1 ? first : `${files.length} files from ${first}`;
  return `${name} ${what} (${bytes})`;
}

/**
 * The file's name without folders, endings and the content hash that the Hub's shards carry, cut at 60
 * characters.
 */
function shortName(path: string): string {
  const base = path.slice(path.lastIndexOf('/') + 1);
  return base
    .replace(/(?<=.)\.(jsonl?|ndjson|parquet|gz|zst)(\.(gz|zst))?$/i, '')
    .replace(/(?<=-of-\d+)-[0-9a-f]{16}$/, '')
    .slice(0, 60);
}
