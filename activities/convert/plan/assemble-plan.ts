import type { SourceFile } from '../../../core/contracts/source.js';
import { conversionRules } from '../../../core/convert/conversion-rules.js';
import type { Source } from '../../../core/recipe.js';
import type { Resolution } from '../../hub/resolve/resolution.js';
import { fileKindOf } from '../read/file-kind.js';
import type { FileSlice } from '../read/file-slice.js';
import type { ConversionPlanFile, Piece } from './conversion-plan.js';
import type { PlannedPieces } from './plan-pieces.js';
import { strategyFor } from './strategy.js';

const maxPartitions = 1024;
/** Bytes of rows for one byte of compressed or columnar input: an estimate, for sizes only. */
const unpackedFactor = 5;

/** Input of {@link assemblePlan}. */
export interface PlanParts extends PlannedPieces {
  readonly source: Source;
  readonly seed: number;
  readonly resolution: Resolution;
  readonly pieceBytes: number;
}

/**
 * The plan of a source whose format is detected and whose files are cut: each piece gets the key of the
 * artifact that it becomes.
 */
export function assemblePlan(parts: PlanParts): ConversionPlanFile {
  const { source, seed, resolution, detection } = parts;
  const rules = conversionRules(source, detection.layout);
  const strategy = strategyFor(rules, seed, partitionsFor(resolution.files, parts.pieceBytes));
  let firstSlice = 0;
  const pieces = parts.pieces.map(({ bytes, slices }): Piece => {
    const ref = strategy.pieceRef(slices.map((slice) => contentOf(resolution.files, slice)));
    const piece = { ref, bytes, firstSlice, slices };
    firstSlice += slices.length;
    return piece;
  });
  return {
    source: source.name,
    formatReason: detection.reason,
    rules,
    seed,
    origin: resolution.meta,
    files: resolution.files,
    emptyFiles: resolution.emptyFiles,
    pieceJob: strategy.pieceJob,
    pieces,
    dialoguePartitions: strategy.partitionRefs(pieces.map(({ ref }) => ref)),
  };
}

/** What identifies the bytes of a slice, and how they are read. */
function contentOf(files: readonly SourceFile[], { file: index, ...part }: FileSlice): unknown {
  const file = files[index];
  const content = file?.sha256 ?? file?.gitOid;
  if (file === undefined || content === undefined)
    throw new Error(`${file?.path ?? 'A file'} was resolved without a content hash`);
  return { content, ...fileKindOf(file.path), part };
}

/** The number of dialogue partitions. Each has about half a piece of rows and is grouped in memory. */
function partitionsFor(files: readonly SourceFile[], pieceBytes: number): number {
  const rowBytes = files.reduce((sum, { path, sizeBytes }) => {
    const { container, compression } = fileKindOf(path);
    return sum + sizeBytes * (container === 'parquet' || compression !== 'none' ? unpackedFactor : 1);
  }, 0);
  return Math.min(maxPartitions, Math.max(1, Math.ceil(rowBytes / (pieceBytes / 2))));
}
