import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { TokenisePiecesInput, TokenisePiecesResult } from '../../core/contracts/tokens.js';
import type { WorkContext } from '../../core/progress.js';
import { inParallel } from '../threads/in-parallel.js';
import { MixMeta } from '../mix/format/mix-artifact.js';
import { mixedLines } from '../mix/lines/mixed-lines.js';
import { sourcesName } from '../mix/format/provenance.js';
import { TokenPieceMeta } from './pieces/token-piece.js';
import { readTokenPlan, tokenPieceRef } from './pieces/token-plan.js';
import type { TokeniseDeps } from './tokenise-deps.js';

/** Tokenises the pieces `[from, to)` of a plan; those in the store already are left as they are. */
export async function tokenisePieces(
  deps: TokeniseDeps,
  input: TokenisePiecesInput,
  work: WorkContext,
): Promise<TokenisePiecesResult> {
  const plan = await readTokenPlan(deps.store, input.plan);
  const mix = await deps.store.get({ kind: 'mix', key: plan.mix });
  const mixPlan: ArtifactRef = { kind: 'mix-plan', key: MixMeta.parse(mix.meta).plan };
  const lines = await mixedLines(deps.store, mixPlan);
  const pieces = plan.pieces.slice(input.from, input.to);
  const total = pieces.reduce((sum, piece) => sum + piece.to - piece.from, 0);
  const label = `pieces ${input.from + 1} to ${input.to}`;
  let [finishedBytes, reusedPieces, rows, tokens] = [0, 0, 0, 0];
  const running = new Map<number, number>();
  const report = (): void => {
    const done = [...running.values()].reduce((sum, bytes) => sum + bytes, finishedBytes);
    work.progress({ stage: 'tokenise', label, done: Math.min(done, total), total, unit: 'bytes' });
  };
  await inParallel(pieces, deps.threads.size, work.signal, async (piece, signal) => {
    const ref = tokenPieceRef(plan, piece);
    const { entriesPath, linesPaths } = lines[piece.side];
    const known = await deps.store.find(ref);
    if (known !== undefined) reusedPieces += 1;
    const onProgress = (bytes: number): void => {
      running.set(piece.from, bytes);
      report();
    };
    const artifact =
      known ??
      (await deps.store.put(ref, (dir) =>
        deps.jobs.run(
          'tokenisePiece',
          {
            tokenisation: plan.tokenisation,
            tokenizerDir: plan.artifact.dir,
            places: { entriesPath, linesPaths },
            firstLine: piece.firstLine,
            lines: piece.lines,
            bytes: piece.to - piece.from,
            sourcesPath: mix.path(sourcesName(piece.side)),
            dir,
          },
          { signal, onProgress },
        ),
      ));
    const meta = TokenPieceMeta.parse(artifact.meta);
    rows += meta.rows;
    tokens += meta.tokens;
    running.delete(piece.from);
    finishedBytes += piece.to - piece.from;
    report();
  });
  return { pieces: pieces.length, reusedPieces, rows, tokens };
}
