import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { batchesOf } from '../../core/batches.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import { sides } from '../../core/contracts/mix.js';
import type { PlanTokensInput, TokenPlan } from '../../core/contracts/tokens.js';
import { defined } from '../../core/defined.js';
import { tokenPieceBytes } from '../../core/mix/shuffle-sizes.js';
import { rendererFor } from '../../core/training/models/base-models.js';
import { rendererSettings } from '../../core/training/models/renderer-settings.js';
import { leastPieces } from '../artifacts/least-in-batch.js';
import { artifactKey } from '../artifacts/store.js';
import { readMixPlan } from '../mix/format/mix-plan.js';
import { listParts, readWrittenParts } from '../mix/format/written-parts.js';
import { cutMix } from './pieces/cut-mix.js';
import { piecesName, readTokenPlan, tokeniseVersion } from './pieces/token-plan.js';
import type { TokenPlanMeta } from './pieces/token-plan.js';
import type { TokeniseDeps } from './tokenise-deps.js';

/**
 * Cuts a mix into pieces.
 *
 * @throws {HeadraceError} ArtifactMissingError, BaseModelError.
 */
export async function planTokens(
  { store, pieceBytes }: TokeniseDeps,
  { mixPlan, train, startedOn, tokenizer }: PlanTokensInput,
): Promise<TokenPlan> {
  const renderer = rendererFor(train.base_model, train.renderer);
  const settings = rendererSettings(train, startedOn);
  const mix = await readMixPlan(store, mixPlan);
  const meta: TokenPlanMeta = {
    tokenisation: {
      renderer,
      settings,
      trainOn: train.train_on,
      examples: train.examples,
      maxTokens: train.max_tokens,
      tokenizerDigest: tokenizer.digest,
    },
    tokenizer: tokenizer.description,
    mixPlan: mixPlan.key,
    sources: mix.sources.map(({ name }) => name),
    batchSize: train.batch_size,
    epochs: train.epochs,
    maxSteps: train.max_steps ?? null,
  };
  const plan: ArtifactRef = {
    kind: 'token-plan',
    key: artifactKey('token-plan', tokeniseVersion, { ...meta, ...defined({ pieceBytes }) }),
  };
  if ((await store.find(plan)) === undefined)
    await store.put(plan, async (dir) => {
      const parts = listParts(await readWrittenParts(store, mixPlan, mix));
      const bytes = parts.reduce((sum, { sides: { train: side } }) => sum + side.bytes, 0);
      const most = pieceBytes ?? tokenPieceBytes(bytes / Math.max(1, parts.length));
      const pieces = sides.flatMap((side) => cutMix(parts, side, most));
      await writeFile(join(dir, piecesName), JSON.stringify(pieces));
      return meta;
    });
  const { pieces } = await readTokenPlan(store, plan);
  const bytes = pieces.reduce((sum, { from, to }) => sum + to - from, 0);
  const batches = batchesOf(pieces.length, bytes, leastPieces[store.medium.kind]);
  return { plan, renderer, settings, tokenizer: tokenizer.description, pieces: batches };
}
