import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { batchesOf } from '../../core/batches.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import { sides } from '../../core/contracts/mix.js';
import type { PlanTokensInput, TokenPlan } from '../../core/contracts/tokens.js';
import type { WorkContext } from '../../core/progress.js';
import { rendererFor } from '../../core/training/models/base-models.js';
import { checkExampleRules, exampleRules } from '../../core/training/example-rules.js';
import { rendererNamed } from '../../core/training/families/index.js';
import { rendererSettings } from '../../core/training/models/renderer-settings.js';
import { defined } from '../../core/defined.js';
import { tokenPieceBytes } from '../../core/mix/shuffle-sizes.js';
import { leastPieces } from '../artifacts/least-in-batch.js';
import { artifactKey } from '../artifacts/store.js';
import { readMixPlan } from '../mix/format/mix-plan.js';
import { listParts, readWrittenParts } from '../mix/format/written-parts.js';
import { cutMix } from './pieces/cut-mix.js';
import { piecesName, readTokenPlan, tokeniseVersion } from './pieces/token-plan.js';
import type { TokenPlanMeta } from './pieces/token-plan.js';
import type { TokeniseDeps } from './tokenise-deps.js';
import { importedTokenizer } from './tokenizer/imported-tokenizer.js';
import { resolveTokenizer } from './tokenizer/resolve-tokenizer.js';
import { bringTokenizer } from './tokenizer/stored-tokenizer.js';
import { writeTokenizerFiles } from './tokenizer/tokenizer-files.js';

/**
 * Chooses renderer and tokenizer, checks that they fit, and cuts the mix into pieces.
 *
 * @throws {HeadraceError} BaseModelError, RecipeError, TokenizerError, and what fetching a tokenizer throws.
 */
export async function planTokens(
  deps: TokeniseDeps,
  { mixPlan, train, startedOn, out }: PlanTokensInput,
  work: WorkContext,
): Promise<TokenPlan> {
  const { store, tokenizers, pieceBytes } = deps;
  const renderer = rendererFor(train.base_model, train.renderer);
  const settings = rendererSettings(train, startedOn);
  checkExampleRules(rendererNamed(renderer, settings), exampleRules(train));
  const wanted = { baseModel: train.base_model, tokenizer: train.tokenizer };
  const tokenizer = await resolveTokenizer(
    // Workers on other machines than the client's do not have its folders.
    store.medium.kind === 'folder'
      ? tokenizers
      : { ...tokenizers, readFolder: (folder) => importedTokenizer(store, { folder, out }) },
    wanted,
    work.signal,
  );
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
      await writeTokenizerFiles(tokenizer, dir);
      return meta;
    });
  const { pieces, artifact } = await readTokenPlan(store, plan);
  const names = { baseModel: train.base_model, tokenizer: tokenizer.description };
  const check = { tokenisation: meta.tokenisation, ...names };
  await bringTokenizer(
    store,
    artifact,
    (files) => deps.jobs.run('checkTokenizer', { ...check, files }, { signal: work.signal }),
    tokenizer.description,
  );
  const bytes = pieces.reduce((sum, { from, to }) => sum + to - from, 0);
  const batches = batchesOf(pieces.length, bytes, leastPieces[store.medium.kind]);
  return { plan, renderer, settings, tokenizer: tokenizer.description, pieces: batches };
}
