import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { PlanTokensInput, TokenPlan } from '../../core/contracts/tokens.js';
import type { WorkContext } from '../../core/progress.js';
import { rendererNames } from '../../core/recipe.js';
import { sides } from '../../core/contracts/mix.js';
import { rendererFor } from '../../core/training/base-models.js';
import { workRanges } from '../../core/work-ranges.js';
import { isMissing } from '../../files/errno.js';
import { artifactKey } from '../artifacts/store.js';
import { MixMeta } from '../mix/format/mix-artifact.js';
import { mixedLines } from '../mix/lines/mixed-lines.js';
import { resolveTokenizer } from './tokenizer/resolve-tokenizer.js';
import {
  piecesName,
  readTokenPlan,
  tokeniseVersion,
  type PlannedPiece,
  type TokenPlanMeta,
} from './pieces/token-plan.js';
import type { TokeniseDeps } from './tokenise-deps.js';

/** So that an activity never waits for the disk. */
const leastPieces = 4;

/**
 * Finds renderer and tokenizer and cuts the mix into pieces.
 *
 * @throws {HeadraceError} BaseModelError, TokenizerError, and what fetching a tokenizer throws.
 */
export async function planTokens(
  deps: TokeniseDeps,
  input: PlanTokensInput,
  work: WorkContext,
): Promise<TokenPlan> {
  const { train } = input;
  const renderer = rendererFor(train.base_model, train.renderer, rendererNames);
  const tokenizer = await resolveTokenizer(
    deps.tokenizers,
    { baseModel: train.base_model, tokenizer: train.tokenizer },
    work.signal,
  );
  const mix = await deps.store.get(input.mix);
  const mixMeta = MixMeta.parse(mix.meta);
  const meta: TokenPlanMeta = {
    tokenisation: {
      renderer,
      trainOn: train.train_on,
      maxTokens: train.max_tokens,
      tokenizerDigest: tokenizer.digest,
    },
    tokenizer: tokenizer.description,
    mix: input.mix.key,
    digests: { train: mixMeta.train.sha256, heldout: mixMeta.heldout.sha256 },
    sources: mixMeta.sources,
    batchSize: train.batch_size,
    epochs: train.epochs,
    maxSteps: train.max_steps ?? null,
  };
  const inputs = { ...meta, pieceBytes: deps.pieceBytes };
  const ref: ArtifactRef = { kind: 'token-plan', key: artifactKey('token-plan', tokeniseVersion, inputs) };
  if ((await deps.store.find(ref)) === undefined)
    await deps.store.put(ref, async (dir) => {
      const pieces: PlannedPiece[] = [];
      const lines = await mixedLines(deps.store, { kind: 'mix-plan', key: mixMeta.plan });
      for (const side of sides) {
        const job = { entriesPath: lines[side].entriesPath, maxBytes: deps.pieceBytes };
        for (const stretch of await deps.jobs.run('cutLines', job, { signal: work.signal }))
          pieces.push({ side, ...stretch });
      }
      await writeFile(join(dir, piecesName), JSON.stringify(pieces));
      await copyFile(join(tokenizer.dir, 'tokenizer.json'), join(dir, 'tokenizer.json'));
      await copyFile(join(tokenizer.dir, 'tokenizer_config.json'), join(dir, 'tokenizer_config.json')).catch(
        (error: unknown) => {
          if (!isMissing(error)) throw error;
        },
      );
      return meta;
    });
  const { pieces } = await readTokenPlan(deps.store, ref);
  const label = (from: number, to: number): string =>
    to - from === 1
      ? `piece ${from + 1} of ${pieces.length}`
      : `pieces ${from + 1} to ${to} of ${pieces.length}`;
  return {
    plan: ref,
    renderer,
    tokenizer: tokenizer.description,
    pieces: workRanges(
      pieces.map((piece) => piece.to - piece.from),
      { leastItems: leastPieces, label },
    ),
  };
}
