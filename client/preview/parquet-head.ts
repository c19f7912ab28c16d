import { randomUUID } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { columnRanges } from '../../activities/convert/read/column-ranges.js';
import { pruneColumns } from '../../activities/convert/read/parquet-columns.js';
import { unpackedBytes } from '../../activities/convert/read/parquet.js';
import { checkRowGroups } from '../../activities/convert/read/row-limits.js';
import type { InspectedFile } from '../../activities/hub/resolve/inspect-source.js';
import { columnsOf, readFooter } from '../../activities/hub/resolve/parquet-footer.js';
import { HeadraceError } from '../../core/errors.js';
import type { HeadFile } from './head-file.js';

/**
 * The head of a parquet file: a file of the full size that holds the footer, and of its first row group what
 * was fetched.
 */
export async function parquetHead(
  { path: name, sizeBytes }: InspectedFile['file'],
  read: InspectedFile['read'],
  scratch: string,
): Promise<HeadFile> {
  const { metadata, start, bytes } = await readFooter(name, sizeBytes, read);
  const rowGroup = metadata.row_groups.findIndex((each) => each.num_rows > 0n);
  if (rowGroup === -1) throw new HeadraceError('FormatError', `${name} has no rows`);
  const path = join(scratch, `${randomUUID()}.head`);
  await withFile(path, 'w', async (file) => {
    await file.truncate(sizeBytes);
    await file.write(bytes, 0, bytes.length, start);
  });
  const kind = { container: 'parquet', compression: 'none' } as const;
  return {
    kind,
    input: { path, name, sizeBytes, kind },
    slice: { kind: 'rowGroups', file: 0, from: rowGroup, to: rowGroup + 1 },
    isCut: false,
    columns: columnsOf(metadata),
    rows: Number(metadata.num_rows),
    unpackedPerByte: 1,
    fetch: async (choice) => {
      const pruned = pruneColumns(metadata, choice);
      checkRowGroups(name, unpackedBytes(pruned));
      const ranges = columnRanges(name, pruned.row_groups[rowGroup]);
      const fetched = await Promise.all(ranges.map(async (range) => ({ range, bytes: await read(range) })));
      await withFile(path, 'r+', async (file) => {
        for (const each of fetched) await file.write(each.bytes, 0, each.bytes.length, each.range.start);
      });
    },
  };
}

async function withFile(
  path: string,
  flags: 'w' | 'r+',
  use: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}
