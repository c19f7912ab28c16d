import { rm } from 'node:fs/promises';
import type { RejectReason } from '../../core/contracts/conversion.js';
import type { Message } from '../../core/convert/conversation.js';
import {
  detectFormat,
  detectionColumns,
  detectionSampleRows,
  type Detection,
} from '../../core/convert/detect-format.js';
import { createDialogueConverter, dialogueRowReader, type DialogueRow } from '../../core/convert/dialogue.js';
import { compileFilter } from '../../core/convert/filter.js';
import { isGrouped } from '../../core/convert/layout.js';
import { createRowConverter, type ConversionRules, type Outcome } from '../../core/convert/row-converter.js';
import { HeadraceError } from '../../core/errors.js';
import { columnProblem } from '../../core/hub/column-check.js';
import type { Source, SourceFormat } from '../../core/recipe.js';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import { neededColumns, type ColumnChoice } from '../../activities/convert/read/parquet-columns.js';
import { readRows } from '../../activities/convert/read/rows.js';
import type { InspectedFile, SourceInspection } from '../../activities/hub/resolve/inspect-source.js';
import { headOf, type HeadFile } from './head-file.js';

type Row = Readonly<Record<string, unknown>>;

/** A row, or the rows of a dialogue, and what conversion makes of it. */
export interface PreviewedRow {
  /** Its number in the file, from 1. */
  readonly row: number;
  /** The columns that conversion reads; several rows where the format groups them. */
  readonly before: Row | readonly Row[] | string;
  readonly after: readonly Message[] | null;
  readonly outcome: 'converted' | 'filtered' | RejectReason;
}

export interface SourcePreview {
  readonly name: string;
  readonly format: SourceFormat;
  readonly formatReason: string;
  /** The file whose head was read. */
  readonly file: string;
  /** All columns of the file, or the keys that were seen. */
  readonly columns: readonly string[];
  /** What the recipe names and no row that was looked at has, as a sentence; of parquet that is an error. */
  readonly columnProblem?: string;
  /** Bytes that were read for it, over the network where the file is not on disk. */
  readonly bytesRead: number;
  /** What became of the rows of the head that were looked at; of dialogues where the format groups rows. */
  readonly counts: Readonly<Record<string, number>>;
  /** The first ones; those that a filter leaves out last. */
  readonly rows: readonly PreviewedRow[];
}

/** A head that holds too few rows is read again, longer, up to so many bytes. */
const longestHeadBytes = 64_000_000;

/**
 * Converts the head of a source's first file, exactly as a run would, without bringing the file whole.
 *
 * @throws {HeadraceError} FormatError, RecipeError; as reading from the Hub does.
 */
export async function previewSource(
  store: ArtifactStore,
  source: Source,
  inspection: SourceInspection,
  rows: number,
): Promise<SourcePreview> {
  const [first] = inspection.files;
  if (first === undefined)
    throw new HeadraceError('FileNotFoundError', `Source ${source.name} has no file with bytes`);
  let bytesRead = 0;
  const counted: InspectedFile = {
    ...first,
    read: async (range) => {
      bytesRead += range.end - range.start;
      return await first.read(range);
    },
  };
  const scratch = await store.scratch();
  try {
    const wanted = Math.max(rows, detectionSampleRows);
    for (let bytes = 1_000_000; ; bytes *= 8) {
      const head = await headOf(counted, scratch, bytes);
      const previewed = await previewHead(source, head, wanted, scratch);
      const isShort = previewed.all.length < rows && head.isCut && bytes < longestHeadBytes;
      if (isShort) continue;
      const counts: Record<string, number> = {};
      for (const { outcome } of previewed.all) counts[outcome] = (counts[outcome] ?? 0) + 1;
      const shown = previewed.all.filter(({ outcome }) => outcome !== 'filtered');
      const filtered = previewed.all.filter(({ outcome }) => outcome === 'filtered');
      const problem = previewed.keys.length === 0 ? undefined : columnProblem(source, previewed.keys);
      return {
        name: source.name,
        format: previewed.detection.layout.format,
        formatReason: previewed.detection.reason,
        file: first.file.path,
        columns: head.columns ?? previewed.keys,
        ...(head.columns !== undefined || problem === undefined ? {} : { columnProblem: problem }),
        bytesRead,
        counts,
        rows: [...shown, ...filtered].slice(0, rows),
      };
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface HeadRow {
  readonly row: number;
  readonly value: Row | undefined;
  readonly bad: RejectReason | undefined;
  readonly text: string;
}

async function previewHead(
  source: Source,
  head: HeadFile,
  wanted: number,
  scratch: string,
): Promise<{
  readonly detection: Detection;
  readonly keys: readonly string[];
  readonly all: readonly PreviewedRow[];
}> {
  if (head.columns !== undefined) {
    const problem = columnProblem(source, head.columns);
    if (problem !== undefined) throw new HeadraceError('FormatError', `${head.input.name}: ${problem}`);
  }
  // Moderation scores are most of the bytes of lmsys-chat-1m, and no format is told by them.
  const telling = [...detectionColumns(source.fields)].filter((column) => column !== 'openai_moderation');
  const choiceOf = (names: readonly string[]): ColumnChoice => ({
    plain: (head.columns ?? []).filter((column) => names.includes(column)),
    members: {},
  });
  const sample = await rowsOf(head, choiceOf(telling), detectionSampleRows, scratch);
  const detection = detectFormat(
    source,
    sample.map(({ value }) => value ?? null),
    head.input.name,
    head.columns,
  );
  const rules: ConversionRules = {
    layout: detection.layout,
    ...(source.roles === undefined ? {} : { roles: source.roles }),
    ...(source.filter === undefined ? {} : { filter: source.filter }),
  };
  const filterColumns = compileFilter(source.filter, detection.layout).columns;
  const grouped = isGrouped(detection.layout.format);
  const choice = grouped
    ? choiceOf([...Object.values(detection.layout.columns), ...filterColumns])
    : neededColumns(detection.layout, filterColumns);
  const rows = await rowsOf(head, choice, wanted, scratch);
  return {
    detection,
    keys: [...new Set(sample.flatMap(({ value }) => Object.keys(value ?? {})))],
    all: grouped ? dialogues(rules, filterColumns, rows) : conversations(rules, rows),
  };
}

async function rowsOf(
  head: HeadFile,
  choice: ColumnChoice,
  wanted: number,
  scratch: string,
): Promise<HeadRow[]> {
  await head.need(choice);
  const rows: HeadRow[] = [];
  await readRows(
    {
      files: [head.input],
      segments: [{ file: 0, part: head.part }],
      choice,
      scratch,
      maxRowsPerGroup: wanted,
    },
    {
      onRow: (value, { row }, text) => rows.push({ row, value, bad: undefined, text: text() }),
      onBad: (bad, { row }, text) => rows.push({ row, value: undefined, bad, text: text() }),
    },
    () => undefined,
    () => rows.length >= wanted,
  );
  // The last element of a list that was cut is torn by us, not by its author.
  if (head.isCut && rows.length < wanted && rows.at(-1)?.bad === 'bad_json') rows.pop();
  return rows;
}

function conversations(rules: ConversionRules, rows: readonly HeadRow[]): PreviewedRow[] {
  const convert = createRowConverter(rules);
  return rows.map(({ row, value, bad, text }) =>
    value === undefined
      ? { row, before: text, after: null, outcome: bad ?? 'bad_json' }
      : { row, before: value, ...told(convert(value)) },
  );
}

function dialogues(
  rules: ConversionRules,
  filterColumns: readonly string[],
  rows: readonly HeadRow[],
): PreviewedRow[] {
  const readRow = dialogueRowReader(rules.layout, filterColumns);
  const convert = createDialogueConverter(rules);
  const found: PreviewedRow[] = [];
  const byId = new Map<number, { row: number; before: Row[]; turns: DialogueRow[] }>();
  for (const { row, value, bad, text } of rows) {
    const turn = value === undefined ? undefined : readRow(value);
    if (value === undefined || turn === undefined) {
      found.push({ row, before: value ?? text, after: null, outcome: bad ?? 'no_messages' });
      continue;
    }
    const known = byId.get(turn.dialogueId) ?? { row, before: [], turns: [] };
    known.before.push(value);
    known.turns.push(turn);
    byId.set(turn.dialogueId, known);
  }
  for (const { row, before, turns } of byId.values())
    found.push({ row, before, ...told(convert(turns).outcome) });
  return found.sort((a, b) => a.row - b.row);
}

function told(outcome: Outcome): Pick<PreviewedRow, 'after' | 'outcome'> {
  return typeof outcome === 'string' ? { after: null, outcome } : { after: outcome, outcome: 'converted' };
}
