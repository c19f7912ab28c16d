import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  rejectReasons,
  SourceCounts,
  type SourceSummary,
  type SummariseSourceInput,
} from '../../core/contracts/conversion.js';
import { isGrouped } from '../../core/convert/layout.js';
import { HeadraceError } from '../../core/errors.js';
import type { WorkContext } from '../../core/progress.js';
import { readJsonLines } from '../../files/json-lines.js';
import { artifactKey, type Artifact } from '../artifacts/store.js';
import { fileKindOf } from './read/file-kind.js';
import {
  convertedPieces,
  fileNames,
  readConversionPlan,
  type ConversionPlanFile,
} from './plan/conversion-plan.js';
import type { ConvertDeps } from './convert-deps.js';
import { addCounts, noCounts, PieceMeta, ScatterMeta } from './output/piece-meta.js';
import { rejectsName } from './output/sorted-run-format.js';
import { segmentTableName, type SegmentTable } from './output/slice-table.js';
import { conversionVersion } from './versions.js';

/** `meta` of a `summary` artifact; beside it stand `segments.json` and `rejects.jsonl`. */
export const SummaryMeta = z.object({ counts: SourceCounts });

/**
 * Sums up what converting a source gave.
 *
 * @throws {HeadraceError} FormatError where the source has no rows; TooManyRejectsError, with the first ones;
 *   ArtifactMissingError where a piece is not there.
 */
export async function summariseSource(
  deps: ConvertDeps,
  input: SummariseSourceInput,
  work: WorkContext,
): Promise<SourceSummary> {
  const plan = await readConversionPlan(deps.store, input.plan);
  const inputs = { plan: input.plan.key };
  const ref = { kind: 'summary', key: artifactKey('summary', conversionVersion, inputs) } as const;
  const artifact =
    (await deps.store.find(ref)) ?? (await deps.store.put(ref, (dir) => write(deps, plan, dir, work)));
  const { counts } = SummaryMeta.parse(artifact.meta);
  if (counts.rows === 0) throw noRows(plan);
  // The quotient of two integers is the double nearest to it, as the fraction in the recipe is; a product is not.
  if (counts.read > 0 && counts.rejected / counts.read > input.maxRejectFraction)
    throw await tooManyRejects(plan, counts, input.maxRejectFraction, artifact);
  return {
    ...counts,
    name: plan.source,
    summary: ref,
    format: plan.rules.layout.format,
    formatReason: plan.formatReason,
    files: plan.files.length,
    emptyFiles: plan.emptyFiles.length,
    bytes: plan.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

async function write(
  deps: ConvertDeps,
  plan: ConversionPlanFile,
  dir: string,
  work: WorkContext,
): Promise<z.input<typeof SummaryMeta>> {
  const grouped = isGrouped(plan.rules.layout.format);
  let counts = noCounts;
  const segmentRows: number[] = [];
  const lists: { path: string; firstSegment: number }[] = [];
  const take = (artifact: Artifact, meta: PieceMeta | ScatterMeta, firstSegment: number): void => {
    counts = addCounts(counts, meta.counts);
    segmentRows.push(...meta.segmentRows);
    lists.push({ path: artifact.path(rejectsName), firstSegment });
  };
  if (grouped)
    for (const { key, firstSegment } of plan.pieces) {
      const scatter = await deps.store.get({ kind: 'scatter', key });
      take(scatter, ScatterMeta.parse(scatter.meta), firstSegment);
    }
  for (const { ref, firstSegment } of convertedPieces(plan)) {
    const piece = await deps.store.get(ref);
    take(piece, PieceMeta.parse(piece.meta), firstSegment);
  }
  const table = segmentTable(plan, segmentRows);
  await writeFile(join(dir, segmentTableName), JSON.stringify(table));
  await deps.jobs.run(
    'mergeRejects',
    { source: plan.source, lists, inOrder: !grouped, table, out: join(dir, rejectsName) },
    { signal: work.signal },
  );
  return { counts };
}

function segmentTable(plan: ConversionPlanFile, segmentRows: readonly number[]): SegmentTable {
  const paths = plan.files.map(({ path }) => path);
  const rowsSoFar = new Map<number, number>();
  const segments = plan.pieces
    .flatMap((piece) => piece.segments)
    .map(({ file, part }, index) => {
      const rowsBefore = rowsSoFar.get(file) ?? 0;
      rowsSoFar.set(file, rowsBefore + (segmentRows[index] ?? 0));
      const lines = part.kind === 'bytes' || fileKindOf(paths[file] ?? '').container === 'lines';
      return { file, rowsBefore, unit: lines ? ('line' as const) : ('row' as const) };
    });
  return { files: [...fileNames(plan).files], segments };
}

function noRows(plan: ConversionPlanFile): HeadraceError {
  const empty = plan.emptyFiles.length === 0 ? '' : `, and ${plan.emptyFiles.length} more of zero bytes`;
  return new HeadraceError(
    'FormatError',
    `Source ${plan.source} has no rows: it has ${plan.files.length} files${empty}, and nothing in them`,
    { remedy: 'Correct the files, or take the source out of the recipe.' },
  );
}

const RejectLine = z.object({
  file: z.string(),
  line: z.int().optional(),
  row: z.int().optional(),
  reason: z.enum(rejectReasons),
});
const shownRejects = 5;

async function tooManyRejects(
  plan: ConversionPlanFile,
  counts: SourceCounts,
  most: number,
  summary: Artifact,
): Promise<HeadraceError> {
  const path = summary.path(rejectsName);
  const first: string[] = [];
  for await (const { value } of readJsonLines(path, RejectLine)) {
    const { file, line, row, reason } = value;
    first.push(`${file}:${line ?? row ?? 0} ${reason}`);
    if (first.length === shownRejects) break;
  }
  const by = Object.entries(counts.rejectedBy).map(([reason, rows]) => `${rows} ${reason}`);
  const percent = ((100 * counts.rejected) / counts.read).toFixed(1);
  return new HeadraceError(
    'TooManyRejectsError',
    `Source ${plan.source}: ${counts.rejected} of ${counts.read} conversations (${percent} %) were rejected, more than max_reject_fraction ${most} allows: ` +
      `${by.join(', ')}. Read as ${plan.rules.layout.format} (${plan.formatReason}). The first ones: ${first.join('; ')}. All of them: ${path}`,
    {
      remedy:
        'Look at the rejects; mend the data, name another format or fields, or raise max_reject_fraction.',
    },
  );
}
