import type { WorkContext } from '../../../core/progress.js';
import { readFully } from '../../../files/read-fully.js';
import type { ByteRange } from '../../artifacts/store.js';
import type { ConvertDeps } from '../convert-deps.js';
import { withInputFile, type InputFile } from '../read/open-file.js';
import { bringFiles } from './input-file.js';
import { inBatches, type KnownInput } from './read-kinds.js';
import type { ColumnsToRead, RowGroupFacts } from './row-groups-of.js';

/** What the footer of a plain parquet file shows about the columns that are read. */
export interface Footer {
  /** Where the footer is, with what readers take before they know its length. */
  readonly range: ByteRange;
  readonly rowGroups: readonly RowGroupFacts[];
}

/** What hyparquet reads first. */
const tailBytes = 512 * 1024;

/**
 * The footers of plain parquet files. Nothing else of the files is read.
 *
 * @throws {HeadraceError} FormatError for a file that is damaged, or whose row groups are too large.
 */
export async function readFooters(
  { store, jobs, threads }: ConvertDeps,
  files: readonly KnownInput[],
  columns: ColumnsToRead,
  work: Pick<WorkContext, 'signal'>,
): Promise<readonly Footer[]> {
  return await inBatches(files, threads, work.signal, async (batch, signal) => {
    const tails = batch.map((file) => ({ file, ranges: [tailOf(file.sizeBytes, 0)] }));
    const ranges = await bringFiles(store, tails, (local) => Promise.all(local.map(footerRange)), signal);
    const footers = batch.flatMap((file, at) => {
      const range = ranges[at];
      return range === undefined ? [] : [{ file, ranges: [range] }];
    });
    const rowGroups = await bringFiles(
      store,
      footers,
      (local) => jobs.run('rowGroupsOf', { files: local, columns }, { signal }),
      signal,
    );
    return ranges.map((range, at) => ({ range, rowGroups: rowGroups[at] ?? [] }));
  });
}

function tailOf(sizeBytes: number, footerBytes: number): ByteRange {
  return { from: Math.max(0, sizeBytes - Math.max(tailBytes, footerBytes)), to: sizeBytes };
}

/** The length of a footer is in the four bytes before the `PAR1` at the end of the file. */
async function footerRange(file: InputFile): Promise<ByteRange> {
  const { sizeBytes } = file;
  const end = Buffer.alloc(8);
  await withInputFile(file, (descriptor) => readFully(descriptor, end, Math.max(0, sizeBytes - end.length)));
  return tailOf(sizeBytes, end.readUInt32LE(0) + end.length);
}
