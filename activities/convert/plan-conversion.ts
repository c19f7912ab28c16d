import { rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { WorkRange } from '../../core/contracts/artifact.js';
import type { ConversionPlan, PlanConversionInput } from '../../core/contracts/conversion.js';
import type { SourceFile } from '../../core/contracts/source.js';
import { isGrouped } from '../../core/convert/layout.js';
import type { ConversionRules } from '../../core/convert/row-converter.js';
import type { WorkContext } from '../../core/progress.js';
import type { Source } from '../../core/recipe.js';
import { workRanges } from '../../core/work-ranges.js';
import { localPathOf, readResolution, type Resolution } from '../hub/resolve/resolution.js';
import { artifactKey } from '../artifacts/store.js';
import { checkRoom } from '../../files/room.js';
import { fileKindOf } from './read/file-kind.js';
import { planName, readConversionPlan, type ConversionPlanFile, type Piece } from './plan/conversion-plan.js';
import type { ConvertDeps } from './convert-deps.js';
import type { CutPiece } from './plan/cut-pieces.js';
import type { PlannedPieces } from './plan/detect-source.js';
import { conversionVersion } from './versions.js';

/** So that an activity never waits for the disk. */
const leastPieces = 4;
const maxPartitions = 1024;
/** How much bigger rows are than the packed or columnar bytes that they come from; a guess, for sizes only. */
const unpackedFactor = 5;

/**
 * Finds a source's format and cuts it into pieces.
 *
 * @throws {HeadraceError} FormatError, RecipeError, FileChangedError, FileNotFoundError, ArtifactMissingError;
 *   DiskFullError where the disk cannot hold what would be written.
 */
export async function planConversion(
  deps: ConvertDeps,
  input: PlanConversionInput,
  work: WorkContext,
): Promise<ConversionPlan> {
  const { name, format, fields, roles, filter } = input.source;
  const inputs = {
    resolution: input.resolution.key,
    source: { name, format, fields, roles, filter },
    seed: input.seed,
    pieceBytes: deps.pieceBytes,
  };
  const ref = { kind: 'conversion', key: artifactKey('conversion', conversionVersion, inputs) } as const;
  if ((await deps.store.find(ref)) === undefined) {
    const resolution = await readResolution(deps.store, input.resolution);
    const planned = await cut(deps, input.source, resolution, work);
    const plan = assemble(deps, input, resolution, planned);
    await deps.store.put(ref, async (dir) => {
      await writeFile(join(dir, planName), JSON.stringify(plan));
      return { source: name };
    });
  }
  const plan = await readConversionPlan(deps.store, ref);
  await checkRoom(deps.store.root, `Converting ${name}`, await leastBytes(deps, plan));
  return {
    plan: ref,
    format: plan.rules.layout.format,
    formatReason: plan.formatReason,
    pieces: pieceRanges(plan),
    dialoguePartitions: partitionRanges(plan),
  };
}

/**
 * What converting a source writes, at the least: half of what is read of plain text, as much as is read of packed and
 * columnar files. Of a filtered source nothing is known before. Pieces that are there already count for nothing.
 */
async function leastBytes(deps: ConvertDeps, plan: ConversionPlanFile): Promise<number> {
  if (plan.rules.filter !== undefined) return 0;
  const kind = isGrouped(plan.rules.layout.format) ? 'scatter' : 'piece';
  let bytes = 0;
  for (const piece of plan.pieces) {
    const { container, compression } = fileKindOf(plan.files[piece.segments[0]?.file ?? 0]?.path ?? '');
    const share = container === 'parquet' || compression !== 'none' ? 1 : 0.5;
    if ((await deps.store.find({ kind, key: piece.key })) === undefined) bytes += share * piece.bytes;
  }
  return Math.ceil(bytes);
}

async function cut(
  deps: ConvertDeps,
  source: Source,
  resolution: Resolution,
  work: WorkContext,
): Promise<PlannedPieces> {
  const files = resolution.files.map((file) => ({
    path: localPathOf(deps.store, resolution.meta, file),
    name: file.path,
    sizeBytes: file.sizeBytes,
    mtimeNs: file.mtimeNs,
  }));
  const scratch = await deps.store.scratch();
  try {
    const { pieceBytes } = deps;
    return await deps.jobs.run('planPieces', { source, files, pieceBytes, scratch }, { signal: work.signal });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function assemble(
  deps: ConvertDeps,
  { source, seed }: PlanConversionInput,
  resolution: Resolution,
  { detection, pieces, filterColumns }: PlannedPieces,
): ConversionPlanFile {
  const rules: ConversionRules = {
    layout: detection.layout,
    ...(source.roles === undefined ? {} : { roles: source.roles }),
    ...(source.filter === undefined ? {} : { filter: source.filter }),
  };
  const grouped = isGrouped(rules.layout.format);
  const partitions = grouped ? partitionsFor(resolution.files, deps.pieceBytes) : 0;
  const keyOf = (piece: CutPiece): string => {
    const segments = piece.segments.map(({ file, part }) => contentOf(resolution.files[file], part));
    return grouped
      ? artifactKey('scatter', conversionVersion, {
          segments,
          layout: rules.layout,
          filterColumns,
          partitions,
        })
      : artifactKey('piece', conversionVersion, { segments, rules, seed });
  };
  let firstSegment = 0;
  const keyed = pieces.map((piece): Piece => {
    const made = { ...piece, segments: [...piece.segments], key: keyOf(piece), firstSegment };
    firstSegment += piece.segments.length;
    return made;
  });
  const scatters = keyed.map(({ key }) => key);
  const dialoguePartitions = Array.from({ length: partitions }, (_, partition) =>
    artifactKey('piece', conversionVersion, { scatters, partition, rules, seed }),
  );
  return {
    source: source.name,
    formatReason: detection.reason,
    rules: structuredClone(rules) as ConversionPlanFile['rules'],
    seed,
    origin: resolution.meta,
    files: [...resolution.files],
    emptyFiles: [...resolution.emptyFiles],
    pieces: keyed,
    dialoguePartitions,
  };
}

/** What identifies the bytes of a segment, and how they are read. */
function contentOf(file: SourceFile | undefined, part: Piece['segments'][number]['part']): unknown {
  const content = file?.sha256 ?? file?.gitOid;
  if (file === undefined || content === undefined)
    throw new Error(`${file?.path ?? 'A file'} was resolved without a content hash`);
  return { content, ...fileKindOf(file.path), part };
}

/** Partitions small enough to be grouped in memory: about half a piece of rows each. */
function partitionsFor(files: readonly SourceFile[], pieceBytes: number): number {
  const rows = files.reduce((sum, { path, sizeBytes }) => {
    const { container, compression } = fileKindOf(path);
    return sum + sizeBytes * (container === 'parquet' || compression !== 'none' ? unpackedFactor : 1);
  }, 0);
  return Math.min(maxPartitions, Math.max(1, Math.ceil(rows / (pieceBytes / 2))));
}

function pieceRanges(plan: ConversionPlanFile): readonly WorkRange[] {
  const sizes = plan.pieces.map(({ bytes }) => bytes);
  const label = (from: number, to: number): string => `${plan.source} ${filesLabel(plan, from, to)}`;
  return workRanges(sizes, { leastItems: leastPieces, label });
}

function filesLabel(plan: ConversionPlanFile, from: number, to: number): string {
  const nameOf = (index: number | undefined): string =>
    index === undefined ? '' : basename(plan.files[index]?.path ?? '');
  const first = plan.pieces[from]?.segments[0];
  const last = plan.pieces[to - 1]?.segments.at(-1);
  if (first === undefined || last === undefined) return '';
  if (first.file !== last.file) return `${nameOf(first.file)} … ${nameOf(last.file)}`;
  const at = first.part.kind === 'bytes' && first.part.from > 0 ? ` from ${mebibytes(first.part.from)}` : '';
  return `${nameOf(first.file)}${at}`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`;
}

function partitionRanges(plan: ConversionPlanFile): readonly WorkRange[] {
  const bytes = plan.pieces.reduce((sum, piece) => sum + piece.bytes, 0);
  const count = plan.dialoguePartitions.length;
  const sizes = plan.dialoguePartitions.map(() => Math.round(bytes / count));
  const label = (from: number, to: number): string =>
    `${plan.source} dialogues ${from + 1} to ${to} of ${count} parts`;
  return workRanges(sizes, { leastItems: leastPieces, label });
}
