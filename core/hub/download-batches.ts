import type { Batch } from '../contracts/artifact.js';
import type { SourceFile } from '../contracts/source.js';
import { formatBytes } from '../format.js';

/** More than this many files share activities, so that a workflow's history stays small. */
export const maxDownloadBatches = 64;

/** Cuts a dataset's files into at most {@link maxDownloadBatches} batches of about equal bytes: one a file where they are few. */
export function downloadBatches(dataset: string, files: readonly SourceFile[]): Batch[] {
  if (files.length <= maxDownloadBatches)
    return files.map((file, index) => ({
      from: index,
      to: index + 1,
      bytes: file.sizeBytes,
      label: batchLabel(dataset, [file]),
    }));
  const total = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const batches: Batch[] = [];
  let from = 0;
  let seen = 0;
  for (const [index, file] of files.entries()) {
    seen += file.sizeBytes;
    const full = seen >= (total * (batches.length + 1)) / maxDownloadBatches;
    if (!full && index < files.length - 1) continue;
    const members = files.slice(from, index + 1);
    const bytes = members.reduce((sum, member) => sum + member.sizeBytes, 0);
    batches.push({ from, to: index + 1, bytes, label: batchLabel(dataset, members) });
    from = index + 1;
  }
  return batches;
}

/** `lmsys-chat-1m train-00002-of-00006 (249 MB)`, or `name 12 files from part-0001 (80.1 MB)`. */
export function batchLabel(dataset: string, files: readonly SourceFile[]): string {
  const bytes = formatBytes(files.reduce((sum, file) => sum + file.sizeBytes, 0));
  const name = dataset.slice(dataset.lastIndexOf('/') + 1);
  const first = shortName(files[0]?.path ?? '');
  const what = files.length === 1 ? first : `${files.length} files from ${first}`;
  return `${name} ${what} (${bytes})`;
}

/** The file's name without folders, endings and the content hash that the Hub's shards carry, cut at 60 characters. */
function shortName(path: string): string {
  const base = path.slice(path.lastIndexOf('/') + 1);
  return base
    .replace(/(?<=.)\.(jsonl?|ndjson|parquet|gz|zst)(\.(gz|zst))?$/i, '')
    .replace(/(?<=-of-\d+)-[0-9a-f]{16}$/, '')
    .slice(0, 60);
}
