import type { FileKind } from '../../../core/container/file-kind.js';
import type { SourceFile } from '../../../core/contracts/source.js';
import { defined } from '../../../core/defined.js';
import { conversionRules } from '../../../core/convert/conversion-rules.js';
import { dialoguePartitionsFor } from '../../../core/mix/shuffle-sizes.js';
import type { Source } from '../../../core/recipe.js';
import type { Resolution } from '../../hub/resolve/resolution.js';
import type { FileSlice } from '../read/file-slice.js';
import type { ConversionPlanFile, Piece, PlannedFile } from './conversion-plan.js';
import type { PlannedPieces } from './plan-pieces.js';
import { strategyFor } from './strategy.js';

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
  const files = resolution.files.map((file, index) => plannedFile(file, parts.kinds[index]));
  const strategy = strategyFor(rules, seed, dialoguePartitionsFor(rowBytesOf(files), parts.pieceBytes));
  let firstSlice = 0;
  const pieces = parts.pieces.map(({ bytes, slices, reads }): Piece => {
    const ref = strategy.pieceRef(slices.map((slice) => contentOf(files, slice)));
    const piece = { ref, bytes, firstSlice, slices, ...defined({ reads }) };
    firstSlice += slices.length;
    return piece;
  });
  return {
    source: source.name,
    formatReason: detection.reason,
    rules,
    seed,
    origin: resolution.meta,
    files,
    emptyFiles: resolution.emptyFiles,
    pieceJob: strategy.pieceJob,
    pieces,
    dialoguePartitions: strategy.partitionRefs(pieces.map(({ ref }) => ref)),
  };
}

function plannedFile(file: SourceFile, kind: FileKind | undefined): PlannedFile {
  if (kind === undefined) throw new Error(`${file.path} was planned without its kind`);
  return { ...file, kind };
}

/** Whether the rows of such a file have more bytes than it. */
export function unpacksLarger({ container, compression }: FileKind): boolean {
  return container === 'parquet' || compression !== 'none';
}

/** What identifies the bytes of a slice, and how they are read. */
function contentOf(files: readonly PlannedFile[], { file: index, ...part }: FileSlice): unknown {
  const file = files[index];
  const content = file?.sha256 ?? file?.gitOid;
  if (file === undefined || content === undefined)
    throw new Error(`${file?.path ?? 'A file'} was resolved without a content hash`);
  return { content, ...file.kind, part };
}

/** Bytes of the rows of files, unpacked: an estimate. */
function rowBytesOf(files: readonly PlannedFile[]): number {
  return files.reduce(
    (sum, { kind, sizeBytes }) => sum + sizeBytes * (unpacksLarger(kind) ? unpackedFactor : 1),
    0,
  );
}
