import type { TokenisePiecesInput, TokenisePiecesResult } from '../../core/contracts/tokens.js';
import type { WorkContext } from '../../core/progress.js';
import type { Artifact } from '../artifacts/store.js';
import { entriesName, originsName, shardName } from '../mix/format/mix-part.js';
import { readMixPlan } from '../mix/format/mix-plan.js';
import { originBytes } from '../mix/format/origin.js';
import { linesOfRuns } from '../mix/lines/mixed-lines.js';
import type { ArtifactFile } from '../mix/lines/pieces-of.js';
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
  // Found once, by the first piece whose part has no shard.
  let runs: Promise<readonly ArtifactFile[]> | undefined;
  const findRuns = async (): Promise<readonly ArtifactFile[]> =>
    await linesOfRuns(store, plan.mixPlan, await readMixPlan(store, { kind: 'mix-plan', key: plan.mixPlan }));
  const pieces = plan.pieces.slice(input.from, input.to);
  const progress = new PiecesProgress(work, `pieces ${input.from + 1} to ${input.to}`, pieces);
  const result = { pieces: pieces.length, reusedPieces: 0, rows: 0, tokens: 0 };

  const tokenise = async (piece: PlannedPiece, signal: AbortSignal): Promise<Artifact> =>
    await store.put(tokenPieceRef(plan, piece), async (dir) => {
      const { side, firstEntry, start, firstLine, lines } = piece;
      const { tokenisation } = plan;
      const bytes = piece.to - piece.from;
      const part = await store.get({ kind: 'mix-part', key: piece.part });
      const origins = { from: firstEntry * originBytes, to: (firstEntry + lines) * originBytes };
      const file = shardName(side);
      const isSharded = file in part.files;
      const wanted = [
        { artifact: part, file: originsName, ranges: [origins] },
        ...(isSharded
          ? [{ artifact: part, file, ranges: [{ from: start, to: start + bytes }] }]
          : [{ artifact: part, file: entriesName }, ...(await (runs ??= findRuns()))]),
      ];
      const onProgress = (done: number): void => progress.running(piece, done);
      return await bringTokenizer(store, tokenisation.tokenizerDigest, (tokenizer) =>
        store.bring(wanted, ([originsPath = '', path = '', ...linesPaths]) => {
          const from = isSharded
            ? ({ kind: 'shard', path, start } as const)
            : ({ kind: 'runs', places: { entriesPath: path, linesPaths } } as const);
          const job = {
            tokenisation,
            tokenizer,
            from,
            firstEntry,
            firstLine,
            lines,
            bytes,
            originsPath,
            dir,
          };
          return jobs.run('tokenisePiece', job, { signal, onProgress });
        }),
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
