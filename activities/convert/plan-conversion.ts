import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { batchesOf } from '../../core/batches.js';
import type { ConversionPlan, PlanConversionInput } from '../../core/contracts/conversion.js';
import { kindNotes } from '../../core/container/file-kind.js';
import { defined } from '../../core/defined.js';
import { pieceBytesFor } from '../../core/mix/shuffle-sizes.js';
import type { WorkContext } from '../../core/progress.js';
import { checkStoreRoom } from '../artifacts/store-room.js';
import { leastPieces } from '../artifacts/least-in-batch.js';
import { artifactKey } from '../artifacts/store.js';
import { readResolution } from '../hub/resolve/resolution.js';
import type { ConvertDeps } from './convert-deps.js';
import { assemblePlan, unpacksLarger } from './plan/assemble-plan.js';
import {
  conversionVersion,
  namedFiles,
  planName,
  readConversionPlan,
  type ConversionPlanFile,
} from './plan/conversion-plan.js';
import { sourceInput } from './plan/input-file.js';
import { planPieces } from './plan/plan-pieces.js';

/**
 * Finds out what a source's files hold, detects its format and cuts it into pieces.
 *
 * @throws {HeadraceError} FileKindError, FormatError, RecipeError, FileChangedError, FileNotFoundError,
 *   ArtifactMissingError; DiskFullError where the disk cannot hold what the conversion would write.
 */
export async function planConversion(
  deps: ConvertDeps,
  input: PlanConversionInput,
  work: WorkContext,
): Promise<ConversionPlan> {
  const { name, format, fields, roles, filter, ignore, reasoning } = input.source;
  const inputs = {
    resolution: input.resolution.key,
    source: { name, format, fields, roles, filter, ignore, reasoning },
    seed: input.seed,
    ...defined({ pieceBytes: deps.pieceBytes }),
  };
  const ref = { kind: 'conversion', key: artifactKey('conversion', conversionVersion, inputs) } as const;
  if ((await deps.store.find(ref)) === undefined) {
    const plan = await makePlan(deps, input, work);
    await deps.store.put(ref, async (dir) => {
      await writeFile(join(dir, planName), JSON.stringify(plan));
      return { source: name };
    });
  }
  const plan = await readConversionPlan(deps.store, ref);
  const { pieces, dialoguePartitions } = plan;
  const bytes = pieces.reduce((sum, piece) => sum + piece.bytes, 0);
  const least = leastPieces[deps.store.medium.kind];
  await checkStoreRoom(deps.store, `Converting ${name}`, await leastBytes(deps, plan));
  return {
    plan: ref,
    format: plan.rules.layout.format,
    formatReason: plan.formatReason,
    notes: kindNotes(namedFiles(plan)),
    pieces: batchesOf(pieces.length, bytes, least),
    dialoguePartitions: batchesOf(dialoguePartitions.length, bytes, least),
  };
}

async function makePlan(
  deps: ConvertDeps,
  { source, seed, resolution: ref }: PlanConversionInput,
  work: WorkContext,
): Promise<ConversionPlanFile> {
  const resolution = await readResolution(deps.store, ref);
  const bytes = resolution.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const pieceBytes = deps.pieceBytes ?? pieceBytesFor(bytes);
  const files = resolution.files.map((file) => sourceInput(resolution.meta, file));
  const planned = await withScratch(deps, (scratch) =>
    planPieces(deps, { source, files, pieceBytes, scratch }, work),
  );
  return assemblePlan({ ...planned, source, seed, resolution, pieceBytes });
}

async function withScratch<Result>(
  deps: ConvertDeps,
  use: (scratch: string) => Promise<Result>,
): Promise<Result> {
  const scratch = await deps.store.workplace.scratch();
  try {
    return await use(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * A lower bound for the bytes that the conversion writes: half the input of plain text, all the input of
 * compressed and columnar files. 0 for a filtered source, whose output cannot be estimated. Pieces in the
 * store do not count.
 */
async function leastBytes(deps: ConvertDeps, plan: ConversionPlanFile): Promise<number> {
  if (plan.rules.filter !== undefined) return 0;
  const bytes = await Promise.all(
    plan.pieces.map(async (piece) => {
      if ((await deps.store.find(piece.ref)) !== undefined) return 0;
      const kind = plan.files[piece.slices[0]?.file ?? 0]?.kind;
      return (kind !== undefined && unpacksLarger(kind) ? 1 : 0.5) * piece.bytes;
    }),
  );
  return Math.ceil(bytes.reduce((sum, each) => sum + each, 0));
}
