import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  SourceCounts,
  type SourceSummary,
  type SummariseSourceInput,
} from '../../core/contracts/conversion.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import { addCounts, noCounts } from '../../core/convert/findings/counts.js';
import { readAsOf } from '../../core/convert/findings/source-findings.js';
import { HeadraceError } from '../../core/errors.js';
import { plural } from '../../core/format.js';
import type { WorkContext } from '../../core/progress.js';
import { readJsonLines } from '../../files/json-lines.js';
import { artifactKey, type Artifact, type ArtifactStore } from '../artifacts/store.js';
import type { ConvertDeps } from './convert-deps.js';
import { ReadMeta } from './output/piece-meta.js';
import { rejectsName, SourceReject } from './output/rejects.js';
import { sliceTableName, type SliceTable } from './output/slice-table.js';
import {
  conversionVersion,
  fileNames,
  plannedArtifacts,
  readConversionPlan,
  type ConversionPlanFile,
} from './plan/conversion-plan.js';

/** `meta` of a `summary` artifact. Its files are `slices.json` and `rejects.jsonl`. */
export const SummaryMeta = z.object({ counts: SourceCounts });
type SummaryMeta = z.infer<typeof SummaryMeta>;

/** The `summary` of a conversion plan. */
export function summaryRef(plan: string): ArtifactRef {
  return { kind: 'summary', key: artifactKey('summary', conversionVersion, { plan }) };
}

/**
 * Adds up the counts of a source's pieces.
 *
 * @throws {HeadraceError} FormatError where the source has no rows; TooManyRejectsError, with the first
 * rejects; ArtifactMissingError where a piece is missing.
 */
export async function summariseSource(
  deps: ConvertDeps,
  input: SummariseSourceInput,
  work: WorkContext,
): Promise<SourceSummary> {
  const plan = await readConversionPlan(deps.store, input.plan);
  const ref = summaryRef(input.plan.key);
  const artifact =
    (await deps.store.find(ref)) ?? (await deps.store.put(ref, (dir) => addUp(deps, plan, dir, work)));
  const { counts } = SummaryMeta.parse(artifact.meta);
  if (counts.rows === 0) throw noRows(plan);
  // Division and parsing both round to the nearest double, so equal fractions are equal. A product would not
  // be.
  if (counts.read > 0 && counts.rejected / counts.read > input.maxRejectFraction)
    throw await tooManyRejects(plan, counts, input.maxRejectFraction, deps.store, artifact);
  return {
    ...counts,
    name: plan.source,
    summary: ref,
    ...readAsOf(plan.rules),
    formatReason: plan.formatReason,
    files: plan.files.length,
    emptyFiles: plan.emptyFiles.length,
    bytes: plan.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

/** Writes the files of the summary; returns its meta. */
async function addUp(
  deps: ConvertDeps,
  plan: ConversionPlanFile,
  dir: string,
  work: WorkContext,
): Promise<SummaryMeta> {
  let counts: SourceCounts = noCounts;
  const sliceRows: number[] = [];
  const lists: { artifact: Artifact; firstSlice: number }[] = [];
  const planned = plannedArtifacts(plan);
  const artifacts = await Promise.all(planned.map(({ ref }) => deps.store.get(ref)));
  for (const [at, artifact] of artifacts.entries()) {
    const meta = ReadMeta.parse(artifact.meta);
    counts = addCounts(counts, meta.counts);
    sliceRows.push(...meta.sliceRows);
    if (meta.counts.rejected > 0) lists.push({ artifact, firstSlice: planned[at]?.firstSlice ?? 0 });
  }
  const table = sliceTable(plan, sliceRows);
  await writeFile(join(dir, sliceTableName), JSON.stringify(table));
  const inOrder = plan.dialoguePartitions.length === 0;
  const job = { source: plan.source, inOrder, table, out: join(dir, rejectsName) };
  const wanted = lists.map(({ artifact }) => ({ artifact, file: rejectsName }));
  await deps.store.bring(wanted, async (paths) => {
    const local = lists.map(({ firstSlice }, at) => ({ path: paths[at] ?? '', firstSlice }));
    await deps.jobs.run('mergeRejects', { ...job, lists: local }, { signal: work.signal });
  });
  return { counts };
}

function sliceTable(plan: ConversionPlanFile, sliceRows: readonly number[]): SliceTable {
  const rowsSoFar = new Map<number, number>();
  const slices = plan.pieces
    .flatMap((piece) => piece.slices)
    .map(({ file }, index) => {
      const rowsBefore = rowsSoFar.get(file) ?? 0;
      rowsSoFar.set(file, rowsBefore + (sliceRows[index] ?? 0));
      const isLines = plan.files[file]?.kind.container === 'lines';
      return { file, rowsBefore, unit: isLines ? ('line' as const) : ('row' as const) };
    });
  return { files: fileNames(plan).files, slices };
}

function noRows(plan: ConversionPlanFile): HeadraceError {
  const empty = plan.emptyFiles.length === 0 ? '' : ` and ${plan.emptyFiles.length} more of zero bytes`;
  return new HeadraceError(
    'FormatError',
    `Source ${plan.source} has no rows in its ${plural(plan.files.length, 'file')}${empty}`,
    { remedy: 'Correct the files, or take the source out of the recipe.' },
  );
}

/** Rejects that the error names. It gives their places and reasons; their texts stay on the disk. */
const namedRejects = 5;

async function tooManyRejects(
  plan: ConversionPlanFile,
  counts: SourceCounts,
  most: number,
  store: ArtifactStore,
  summary: Artifact,
): Promise<HeadraceError> {
  const first = await store.bring([{ artifact: summary, file: rejectsName }], ([path = '']) =>
    firstRejects(path),
  );
  const byReason = Object.entries(counts.rejectedBy).map(([reason, rows]) => `${rows} ${reason}`);
  const place = await store.placeOf(summary, rejectsName);
  const percent = ((100 * counts.rejected) / counts.read).toFixed(1);
  return new HeadraceError(
    'TooManyRejectsError',
    `Source ${plan.source}: ${counts.rejected} of ${counts.read} conversations (${percent} %) were rejected, more than max_reject_fraction ${most} allows: ` +
      `${byReason.join(', ')}. Read as ${plan.rules.layout.format} (${plan.formatReason}). The first ones: ${first.join('; ')}. All of them: ${place}`,
    {
      remedy:
        'Read the rejects. Correct the data, set another format or fields, or raise max_reject_fraction.',
    },
  );
}

async function firstRejects(path: string): Promise<readonly string[]> {
  const first: string[] = [];
  for await (const { value } of readJsonLines(path, SourceReject)) {
    first.push(`${value.file}:${value.line ?? value.row ?? 0} ${value.reason}`);
    if (first.length === namedRejects) break;
  }
  return first;
}
