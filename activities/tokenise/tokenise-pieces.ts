import type { TokenisePiecesInput, TokenisePiecesResult } from '../../core/contracts/tokens.js';
import type { WorkContext } from '../../core/progress.js';
import type { Artifact } from '../artifacts/store.js';
import { MixMeta } from '../mix/format/mix-artifact.js';
import { sourceBytes, sourcesName } from '../mix/format/provenance.js';
import { bringLines, mixedLines } from '../mix/lines/mixed-lines.js';
import { inParallel } from '../threads/in-parallel.js';
import { TokenPieceMeta } from './pieces/token-piece.js';
import { readTokenPlan, tokenPieceRef } from './pieces/token-plan.js';
import type { PlannedPiece } from './pieces/token-plan.js';
import type { TokeniseDeps } from './tokenise-deps.js';
import { bringTokenizer } from './tokenizer/stored-tokenizer.js';

/**
 * Tokenises the pieces `[from, to)` of a plan, in threads. Pieces in the store are used again, so that a
 * retry computes only the missing ones.
 */
export async function tokenisePieces(
  { store, jobs, threads }: TokeniseDeps,
  input: TokenisePiecesInput,
  work: WorkContext,
): Promise<TokenisePiecesResult> {
  const plan = await readTokenPlan(store, input.plan);
  const mix = await store.get({ kind: 'mix', key: plan.mix });
  const lines = await mixedLines(store, { kind: 'mix-plan', key: MixMeta.parse(mix.meta).plan });
  const pieces = plan.pieces.slice(input.from, input.to);
  const progress = new PiecesProgress(work, `pieces ${input.from + 1} to ${input.to}`, pieces);
  const result = { pieces: pieces.length, reusedPieces: 0, rows: 0, tokens: 0 };

  const tokenise = async (piece: PlannedPiece, signal: AbortSignal): Promise<Artifact> =>
    await store.put(tokenPieceRef(plan, piece), (dir) => {
      const { side, firstLine, lines: count } = piece;
      const onProgress = (bytes: number): void => progress.running(piece, bytes);
      const sources = { from: firstLine * sourceBytes, to: (firstLine + count) * sourceBytes };
      return bringTokenizer(store, plan.artifact, (tokenizer) =>
        bringLines(store, lines[side], (places) =>
          store.bring(
            [{ artifact: mix, file: sourcesName(side), ranges: [sources] }],
            ([sourcesPath = '']) => {
              const { tokenisation } = plan;
              const bytes = piece.to - piece.from;
              const job = {
                tokenisation,
                tokenizer,
                places,
                firstLine,
                lines: count,
                bytes,
                sourcesPath,
                dir,
              };
              return jobs.run('tokenisePiece', job, { signal, onProgress });
            },
          ),
        ),
      );
    });
  await inParallel(pieces, threads.size, work.signal, async (piece, signal) => {
    const known = await store.find(tokenPieceRef(plan, piece));
    if (known !== undefined) result.reusedPieces += 1;
    const meta = TokenPieceMeta.parse((known ?? (await tokenise(piece, signal))).meta);
    result.rows += meta.rows;
    result.tokens += meta.tokens;
    progress.finished(piece);
  });
  return result;
}

/** How many bytes of the pieces are done, those that run included. */
class PiecesProgress {
  readonly #work: WorkContext;
  readonly #label: string;
  readonly #total: number;
  readonly #done = new Map<PlannedPiece, number>();

  constructor(work: WorkContext, label: string, pieces: readonly PlannedPiece[]) {
    this.#work = work;
    this.#label = label;
    this.#total = pieces.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  running(piece: PlannedPiece, bytes: number): void {
    this.#done.set(piece, bytes);
    const done = [...this.#done.values()].reduce((sum, each) => sum + each, 0);
    this.#work.progress({ stage: 'tokenise', label: this.#label, done, total: this.#total, unit: 'bytes' });
  }

  finished(piece: PlannedPiece): void {
    this.running(piece, piece.to - piece.from);
  }
}
