import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import {
  neededColumns,
  wholeColumns,
  type ColumnChoice,
} from '../../activities/convert/read/parquet-columns.js';
import { readRows } from '../../activities/convert/read/rows.js';
import type { InspectedFile, SourceInspection } from '../../activities/hub/resolve/inspect-source.js';
import { kindNotes } from '../../core/container/file-kind.js';
import { conversionRules, type ConversionRules } from '../../core/convert/conversion-rules.js';
import {
  detectFormat,
  detectionColumns,
  detectionSampleRows,
  type Detection,
} from '../../core/convert/detect-format.js';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import { columnProblem } from '../../core/hub/column-check.js';
import type { Source, SourceFormat, Train } from '../../core/recipe.js';
import { expectedRows } from './expected-rows.js';
import { headFindings, type HeadFindings } from './head-findings.js';
import { headOf, type HeadFile } from './head-file.js';
import { previewedRows, type HeadRow, type HeadValue, type PreviewedRow } from './previewed-rows.js';

export interface SourcePreview {
  readonly name: string;
  readonly format: SourceFormat;
  readonly formatReason: string;
  /** The file whose head was read. */
  readonly file: string;
  /** All columns of the file, or the keys that were seen. */
  readonly columns: readonly string[];
  /**
   * A sentence about columns that the recipe names and no row of the head has. In parquet that is an error.
   */
  readonly columnProblem?: string;
  /** Sentences for the user about the file: that it is not what its name says. */
  readonly notes: readonly string[];
  /** Bytes that were fetched for the preview; 0 where the file is on disk. */
  readonly bytesRead: number;
  /** About how many conversations all files of the source have; `null` where the head does not show it. */
  readonly expectedConversations: number | null;
  /** Outcomes of the rows of the head that were converted; where a row is a turn, of dialogues. */
  readonly counts: Readonly<Record<string, number>>;
  readonly head: HeadFindings;
  /** The first ones, with those that the filter drops at the end. */
  readonly rows: readonly PreviewedRow[];
}

/** Bytes of text that are read first; several times as many where they hold too few rows. */
const firstHeadBytes = 1_000_000;
const longestHeadBytes = 64_000_000;
const headGrowth = 8;

/**
 * Converts the head of a source's first file, exactly as a run does, without fetching the whole file.
 *
 * @param rows - how many to show.
 * @param train - the training of the recipe, which may refuse conversations. @default a data job
 * @throws {HeadraceError} FormatError, RecipeError, FileNotFoundError; the errors of reading from the Hub.
 */
export async function previewSource(
  store: ArtifactStore,
  source: Source,
  inspection: SourceInspection,
  rows: number,
  train?: Train,
): Promise<SourcePreview> {
  const [first] = inspection.files;
  if (first === undefined)
    throw new HeadraceError('FileNotFoundError', `Source ${source.name} has no file with bytes`);
  let bytesRead = 0;
  const counted: InspectedFile = {
    ...first,
    read: async (range) => {
      if (!first.isWhole) bytesRead += range.end - range.start;
      return await first.read(range);
    },
  };
  const scratch = await store.workplace.scratch();
  try {
    for (let bytes = firstHeadBytes; ; bytes *= headGrowth) {
      const head = await headOf(store, counted, scratch, bytes);
      const previewed = await previewHead(source, head, Math.max(rows, detectionSampleRows), scratch);
      const isShort = previewed.rows.length < rows && head.isCut && bytes < longestHeadBytes;
      if (!isShort)
        return {
          ...summary(source, head, previewed, rows, train),
          file: first.file.path,
          notes: kindNotes([{ name: shownPath(inspection, first), kind: head.kind }]),
          bytesRead,
          expectedConversations: expectedConversations(inspection, head, previewed),
        };
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function expectedConversations(
  { files }: SourceInspection,
  head: HeadFile,
  { rowsRead, rows }: PreviewedHead,
): number | null {
  const expected = expectedRows(files, head, rowsRead);
  const converted = rows.filter(({ outcome }) => outcome === 'converted').length;
  return expected === undefined ? null : Math.round((expected * converted) / rowsRead.length);
}

/** Of a local file its name, of a Hub file its path in the repository. */
function shownPath({ kind }: SourceInspection, { file }: InspectedFile): string {
  return kind === 'local' ? basename(file.path) : file.path;
}

interface PreviewedHead {
  readonly detection: Detection;
  readonly rules: ConversionRules;
  /** The rows that the format was detected from, as parsed; `null` for those that are no objects. */
  readonly values: readonly (HeadValue | null)[];
  /** What {@link rows} are made of. */
  readonly rowsRead: readonly HeadRow[];
  /** Rows with numbers that are not finite. */
  readonly nonFinite: number;
  readonly rows: readonly PreviewedRow[];
}

function summary(
  source: Source,
  head: HeadFile,
  { detection, rules, values, nonFinite, rows }: PreviewedHead,
  shown: number,
  train: Train | undefined,
): Omit<SourcePreview, 'file' | 'notes' | 'bytesRead' | 'expectedConversations'> {
  const counts: Record<string, number> = {};
  for (const { outcome } of rows) counts[outcome] = (counts[outcome] ?? 0) + 1;
  const keys = [...new Set(values.flatMap((value) => Object.keys(value ?? {})))];
  const columns = head.columns ?? keys;
  const isFiltered = ({ outcome }: PreviewedRow): boolean => outcome === 'filtered';
  const problem = head.columns === undefined && keys.length > 0 ? columnProblem(source, keys) : undefined;
  return {
    name: source.name,
    format: detection.layout.format,
    formatReason: detection.reason,
    columns,
    ...defined({ columnProblem: problem }),
    counts,
    head: headFindings(source.name, rules, rows, { columns, values, nonFinite }, train),
    rows: [...rows.filter((row) => !isFiltered(row)), ...rows.filter(isFiltered)].slice(0, shown),
  };
}

async function previewHead(
  source: Source,
  head: HeadFile,
  wanted: number,
  scratch: string,
): Promise<PreviewedHead> {
  if (head.columns !== undefined) {
    const problem = columnProblem(source, head.columns);
    if (problem !== undefined) throw new HeadraceError('FormatError', `${head.input.name}: ${problem}`);
  }
  const sampled = wholeColumns(detectionColumns(source.fields));
  const sample = await headRows(head, sampled, detectionSampleRows, scratch);
  const values = sample.map((row) => ('value' in row ? row.value : null));
  const detection = detectFormat(source, values, head.input.name, head.columns);
  const rules = conversionRules(source, detection.layout);
  const rowsRead = await headRows(head, neededColumns(rules), wanted, scratch);
  const nonFinite = rowsRead.filter((row) => 'value' in row && row.hasNonFinite).length;
  return { detection, rules, values, rowsRead, nonFinite, rows: previewedRows(rules, rowsRead) };
}

async function headRows(
  head: HeadFile,
  choice: ColumnChoice,
  wanted: number,
  scratch: string,
): Promise<readonly HeadRow[]> {
  await head.fetch(choice);
  const rows: HeadRow[] = [];
  await readRows(
    {
      files: [head.input],
      slices: [head.slice],
      choice,
      scratch,
      maxRowsPerRowGroup: wanted,
      isFull: () => rows.length >= wanted,
    },
    {
      onRow: (value, { row }, { json, hasNonFinite }) =>
        rows.push({ row, value, hasNonFinite, text: json() }),
      onBad: (reason, { row }, text) => rows.push({ row, reason, text: text() }),
    },
  );
  const last = rows.at(-1);
  // The cut made the last element of a list incomplete.
  if (
    head.isCut &&
    rows.length < wanted &&
    last !== undefined &&
    'reason' in last &&
    last.reason === 'bad_json'
  )
    rows.pop();
  return rows;
}
