import { open, writeFile, type FileHandle } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { Decompress } from 'fzstd';
import { HeadraceError } from '../../core/errors.js';
import { uniteRanges, type ByteRange } from '../../core/hub/ranges.js';
import { fileKindOf, type Compression } from '../../activities/convert/read/file-kind.js';
import { cannotUnpack } from '../../activities/convert/read/unpack.js';
import type { InputFile } from '../../activities/convert/read/open-file.js';
import { startsList } from '../../activities/convert/read/json-splitter.js';
import { columnsOnDisk } from '../../activities/convert/plan/sample-rows.js';
import { pruneColumns, type ColumnChoice } from '../../activities/convert/read/parquet-columns.js';
import type { Part } from '../../activities/convert/read/read-slice.js';
import { columnsOf, readFooter } from '../../activities/hub/resolve/parquet-footer.js';
import type { InspectedFile } from '../../activities/hub/resolve/inspect-source.js';

/** The head of a file, laid on disk so that the readers of a run can read it as if the whole were there. */
export interface HeadFile {
  readonly input: InputFile;
  readonly part: Part;
  /** The text was cut: the last element of a JSON list may be torn. */
  readonly isCut: boolean;
  /** Column names, where the container knows them (parquet). */
  readonly columns?: readonly string[];
  /** Brings what reading these columns needs. */
  need(choice: ColumnChoice): Promise<void>;
}

/** How much of a text file is fetched first. */
const headBytes = 1_000_000;

/**
 * The head of `file` in the folder `scratch`: of parquet the footer, and of the first row group the columns that are
 * asked for; of text its first megabyte, or `bytes`.
 *
 * @throws {HeadraceError} FormatError; as reading from the Hub does.
 */
export async function headOf(
  { file, path, read }: InspectedFile,
  scratch: string,
  bytes: number = headBytes,
): Promise<HeadFile> {
  const { container, compression } = fileKindOf(file.path);
  const isPackedParquet = container === 'parquet' && compression !== 'none';
  if (path !== undefined && isPackedParquet) {
    const input = { path, name: file.path, sizeBytes: file.sizeBytes };
    return { ...whole(input), columns: (await columnsOnDisk(input, scratch)) ?? [] };
  }
  if (container !== 'parquet') {
    if (path !== undefined && compression === 'none')
      return whole({ path, name: file.path, sizeBytes: file.sizeBytes });
    const end = Math.min(bytes, file.sizeBytes);
    const isCut = end < file.sizeBytes;
    const head = unpack(file.path, await read({ start: 0, end }), compression, isCut);
    const isLines = container === 'lines' || startsList(head) !== true;
    const text = isCut && isLines ? head.subarray(0, head.lastIndexOf(0x0a) + 1) : head;
    const name = file.path.replace(/\.(gz|zst|zstd)$/i, '');
    const local = join(scratch, `${randomUUID()}.head`);
    await writeFile(local, text);
    return {
      ...whole({ path: local, name, sizeBytes: text.length }),
      isCut,
    };
  }
  if (isPackedParquet)
    throw new HeadraceError(
      'FormatError',
      `${file.path} is packed parquet, whose footer shows only when the whole file is unpacked: no preview`,
    );
  return parquetHead(file.path, file.sizeBytes, read, scratch);
}

function whole(input: InputFile): HeadFile {
  return { input, part: { kind: 'whole' }, isCut: false, need: () => Promise.resolve() };
}

/** Of a stream that is cut, what is whole so far. */
function unpack(name: string, bytes: Buffer, compression: Compression, isCut: boolean): Buffer {
  try {
    switch (compression) {
      case 'none':
        return bytes;
      case 'gzip':
        return gunzipSync(bytes, isCut ? { finishFlush: constants.Z_SYNC_FLUSH } : {});
      case 'zstd': {
        const blocks: Uint8Array[] = [];
        new Decompress((block) => void blocks.push(Buffer.from(block))).push(bytes, !isCut);
        return Buffer.concat(blocks);
      }
    }
  } catch (error) {
    throw cannotUnpack(name, error);
  }
}

/** A file of the full size that is empty but for the footer and the columns that were asked for. */
async function parquetHead(
  name: string,
  sizeBytes: number,
  read: InspectedFile['read'],
  scratch: string,
): Promise<HeadFile> {
  const { metadata, start, bytes } = await readFooter(name, sizeBytes, read);
  const path = join(scratch, `${randomUUID()}.head`);
  const group = metadata.row_groups.findIndex((each) => each.num_rows > 0n);
  if (group === -1) throw new HeadraceError('FormatError', `${name} has no rows`);
  await onFile(path, 'w', async (file) => {
    await file.truncate(sizeBytes);
    await file.write(bytes, 0, bytes.length, start);
  });
  return {
    input: { path, name, sizeBytes },
    part: { kind: 'groups', from: group, to: group + 1 },
    isCut: false,
    columns: columnsOf(metadata),
    need: async (choice) => {
      const chunks = pruneColumns(metadata, choice).row_groups[group]?.columns ?? [];
      const ranges = chunks.map((chunk): ByteRange => {
        const meta = chunk.meta_data;
        if (meta === undefined) throw new HeadraceError('FormatError', `${name}: a column without metadata`);
        const first = Number(meta.dictionary_page_offset ?? meta.data_page_offset);
        return { start: first, end: first + Number(meta.total_compressed_size) };
      });
      const brought = await Promise.all(
        uniteRanges(ranges).map(async (range) => ({ range, bytes: await read(range) })),
      );
      await onFile(path, 'r+', async (file) => {
        for (const { range, bytes } of brought) await file.write(bytes, 0, bytes.length, range.start);
      });
    },
  };
}

async function onFile(
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
