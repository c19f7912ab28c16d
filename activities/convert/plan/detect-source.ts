import {
  detectFormat,
  detectionColumns,
  detectionSampleRows,
  type Detection,
} from '../../../core/convert/detect-format.js';
import type { WorkContext } from '../../../core/progress.js';
import type { Source } from '../../../core/recipe.js';
import type { ByteRange } from '../../artifacts/store.js';
import type { ConvertDeps } from '../convert-deps.js';
import type { FileSlice } from '../read/file-slice.js';
import { lineBorder } from './line-border.js';
import { bringFiles } from './input-file.js';
import { readFooters } from './read-footers.js';
import type { KnownInput } from './read-kinds.js';
import { Sample, type FileSample } from './sample-rows.js';

/** Bytes of text, and row groups, that are read first; several times as many where they hold too few rows. */
const firstBytes = 8 * 1024 * 1024;
const firstRowGroups = 1;
const growth = 8;

/**
 * The format of a source, from the recipe or from its first rows.
 *
 * @param scratch - a folder for unpacked files.
 * @throws {HeadraceError} FormatError, RecipeError; as {@link readRows}.
 */
export async function detectSource(
  deps: ConvertDeps,
  source: Pick<Source, 'name' | 'format' | 'fields'>,
  files: readonly KnownInput[],
  scratch: string,
  work: WorkContext,
): Promise<Detection> {
  if (source.format !== undefined) return detectFormat(source, [], '');
  const names = [...detectionColumns(source.fields)];
  const sample = new Sample();
  for (const file of files) {
    if (sample.isFull) break;
    sample.add(file.name, await sampleFile({ deps, file, names, sample, scratch, work }));
  }
  const { rows, where, columns } = sample;
  return detectFormat(source, rows, where ?? files[0]?.name ?? 'its files', columns);
}

interface Sampling {
  readonly deps: ConvertDeps;
  readonly file: KnownInput;
  /** Columns of parquet that are read. */
  readonly names: readonly string[];
  /** The rows of the files before. */
  readonly sample: Sample;
  readonly scratch: string;
  readonly work: WorkContext;
}

/**
 * The first rows of a file. Of a plain one only its start is read, or the columns of its first row groups.
 */
async function sampleFile(sampling: Sampling): Promise<FileSample> {
  const { deps, file, names, sample, work } = sampling;
  const { kind, sizeBytes } = file;
  if (kind.compression !== 'none' || kind.container === 'list')
    return await samplePart(sampling, { kind: 'whole', file: 0 });
  if (kind.container === 'lines')
    for (let bytes = firstBytes; ; bytes *= growth) {
      const to = bytes >= sizeBytes ? sizeBytes : await lineBorder(deps.store, file, bytes, work.signal);
      const found = await samplePart(sampling, { kind: 'bytes', file: 0, from: 0, to }, [{ from: 0, to }]);
      if (to === sizeBytes || sample.isFullWith(found)) return found;
    }
  const [footer] = await readFooters(deps, [file], { names }, work);
  const { range, rowGroups } = footer ?? { range: { from: 0, to: sizeBytes }, rowGroups: [] };
  for (let count = firstRowGroups; ; count *= growth) {
    const to = Math.min(count, rowGroups.length);
    const ranges = [range, ...rowGroups.slice(0, to).flatMap((rowGroup) => rowGroup.ranges)];
    const found = await samplePart(sampling, { kind: 'rowGroups', file: 0, from: 0, to }, ranges);
    if (to === rowGroups.length || sample.isFullWith(found)) return found;
  }
}

/** @param ranges - the bytes that the slice needs. @default all */
async function samplePart(
  { deps, file, names, sample, scratch, work }: Sampling,
  slice: FileSlice,
  ranges?: readonly ByteRange[],
): Promise<FileSample> {
  const part = ranges === undefined ? { file } : { file, ranges };
  const { signal } = work;
  const job = { slice, names, scratch, missing: sample.missing, rowsOfGroup: detectionSampleRows };
  return await bringFiles(
    deps.store,
    [part],
    (files) => deps.jobs.run('sampleRows', { ...job, files }, { signal }),
    signal,
  );
}
