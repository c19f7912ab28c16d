import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { ConvertPiecesInput, ConvertPiecesResult } from '../../core/contracts/conversion.js';
import { compileFilter } from '../../core/convert/filter.js';
import { isGrouped } from '../../core/convert/layout.js';
import type { WorkContext } from '../../core/progress.js';
import type { Artifact } from '../artifacts/store.js';
import {
  inputFiles,
  readConversionPlan,
  type ConversionPlanFile,
  type Piece,
} from './plan/conversion-plan.js';
import type { ConvertDeps } from './convert-deps.js';
import { inParallel, itemsAtOnce } from '../threads/in-parallel.js';
import { PieceMeta, ScatterMeta } from './output/piece-meta.js';
import type { InputFile } from './read/open-file.js';
import { tallyPieces } from './output/tally.js';

/**
 * Converts the pieces `[from, to)` of a plan, those that are not in the store already; of a grouped format it scatters
 * their rows into partitions instead.
 *
 * @throws {HeadraceError} FileChangedError, FileNotFoundError, ArtifactMissingError, FormatError, DiskFullError.
 */
export async function convertPieces(
  deps: ConvertDeps,
  input: ConvertPiecesInput,
  work: WorkContext,
): Promise<ConvertPiecesResult> {
  const plan = await readConversionPlan(deps.store, input.plan);
  const files = inputFiles(deps.store, plan);
  const grouped = isGrouped(plan.rules.layout.format);
  const pieces = plan.pieces.slice(input.from, input.to);
  const tally = tallyPieces(
    `${plan.source} convert`,
    pieces.reduce((sum, { bytes }) => sum + bytes, 0),
    work,
  );
  await inParallel(pieces, itemsAtOnce(deps.threads.size), work.signal, async (piece, signal) => {
    const ref: ArtifactRef = { kind: grouped ? 'scatter' : 'piece', key: piece.key };
    const there = await deps.store.find(ref);
    const options = { signal, onProgress: tally.of(piece) };
    const made = there ?? (await deps.store.put(ref, (dir) => make(deps, plan, files, piece, dir, options)));
    tally.finished(piece, piece.bytes, countsOf(made, grouped), there !== undefined);
  });
  return tally.result();
}

async function make(
  deps: ConvertDeps,
  plan: ConversionPlanFile,
  files: readonly InputFile[],
  piece: Piece,
  dir: string,
  options: { readonly signal: AbortSignal; readonly onProgress: (done: number) => void },
): Promise<PieceMeta | ScatterMeta> {
  const rules = plan.rules;
  // Only the piece's own files travel to the thread: a source may have thousands.
  const own = [...new Set(piece.segments.map(({ file }) => file))];
  const part = {
    files: own.flatMap((file) => files[file] ?? []),
    segments: piece.segments.map((segment) => ({ ...segment, file: own.indexOf(segment.file) })),
    dir,
  };
  if (!isGrouped(rules.layout.format))
    return deps.jobs.run('convertPiece', { ...part, rules, seed: plan.seed }, options);
  const filterColumns = compileFilter(rules.filter, rules.layout).columns;
  const partitions = plan.dialoguePartitions.length;
  return deps.jobs.run('scatterPiece', { ...part, layout: rules.layout, filterColumns, partitions }, options);
}

function countsOf(made: Artifact, grouped: boolean): PieceMeta['counts'] {
  return (grouped ? ScatterMeta : PieceMeta).parse(made.meta).counts;
}
