import type { ConvertPiecesInput, ConvertPiecesResult } from '../../core/contracts/conversion.js';
import type { WorkContext } from '../../core/progress.js';
import { inParallel, itemsAtOnce } from '../threads/in-parallel.js';
import type { ConvertDeps } from './convert-deps.js';
import { ReadMeta } from './output/piece-meta.js';
import { PieceTally } from './output/piece-tally.js';
import { bringPiece } from './plan/bring-piece.js';
import { readConversionPlan } from './plan/conversion-plan.js';
import { mostRunsIn } from './output/most-runs.js';
import { pieceInput } from './plan/piece-input.js';

/**
 * Makes the artifacts of the pieces `[from, to)` of a plan that are missing in the store. They hold converted
 * rows where a row is a conversation, and rows scattered for `groupDialogues` where a row is a turn of a
 * dialogue.
 *
 * @throws {HeadraceError} FileChangedError, FileNotFoundError, ArtifactMissingError, FormatError,
 * DiskFullError.
 */
export async function convertPieces(
  deps: ConvertDeps,
  input: ConvertPiecesInput,
  work: WorkContext,
): Promise<ConvertPiecesResult> {
  const { store, jobs, threads } = deps;
  const plan = await readConversionPlan(store, input.plan);
  const pieces = plan.pieces.slice(input.from, input.to);
  const total = pieces.reduce((sum, { bytes }) => sum + bytes, 0);
  const tally = new PieceTally(`${plan.source} convert`, total, work);
  await inParallel(pieces, itemsAtOnce(threads.size), work.signal, async (piece, signal) => {
    const found = await store.find(piece.ref);
    const options = { signal, onProgress: (bytes: number) => tally.progress(piece, bytes) };
    const convert = (dir: string) =>
      bringPiece(
        store,
        plan,
        piece,
        (local) =>
          jobs.run(plan.pieceJob, pieceInput(plan, local, { mostRuns: mostRunsIn(store), dir }), options),
        signal,
      );
    const artifact = found ?? (await store.put(piece.ref, convert));
    tally.finished(piece, piece.bytes, ReadMeta.parse(artifact.meta).counts, found !== undefined);
  });
  return tally.result;
}
