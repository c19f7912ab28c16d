import type { ChooseTokenizerInput, ChosenTokenizer } from '../../core/contracts/tokens.js';
import type { WorkContext } from '../../core/progress.js';
import { checkExampleRules, exampleRules } from '../../core/training/example-rules.js';
import { rendererNamed } from '../../core/training/families/index.js';
import { rendererFor } from '../../core/training/models/base-models.js';
import { rendererSettings } from '../../core/training/models/renderer-settings.js';
import type { TokeniseDeps } from './tokenise-deps.js';
import { importedTokenizer } from './tokenizer/imported-tokenizer.js';
import { resolveTokenizer } from './tokenizer/resolve-tokenizer.js';
import { bringTokenizer, storeTokenizer } from './tokenizer/stored-tokenizer.js';

/**
 * Finds the tokenizer of a training, puts it into the store and checks that it fits the renderer and the base
 * model.
 *
 * @throws {HeadraceError} BaseModelError, RecipeError, TokenizerError, and what fetching a tokenizer throws.
 */
export async function chooseTokenizer(
  { store, jobs, tokenizers }: TokeniseDeps,
  { train, startedOn, out }: ChooseTokenizerInput,
  { signal }: WorkContext,
): Promise<ChosenTokenizer> {
  const renderer = rendererFor(train.base_model, train.renderer);
  const settings = rendererSettings(train, startedOn);
  checkExampleRules(rendererNamed(renderer, settings), exampleRules(train));
  const { description, ...files } = await resolveTokenizer(
    // Workers on other machines than the client's do not have its folders.
    store.medium.kind === 'folder'
      ? tokenizers
      : { ...tokenizers, readFolder: (folder) => importedTokenizer(store, { folder, out }) },
    { baseModel: train.base_model, tokenizer: train.tokenizer },
    signal,
  );
  const { digest } = files;
  await storeTokenizer(store, files);
  const names = { baseModel: train.base_model, tokenizer: description };
  await bringTokenizer(
    store,
    digest,
    (paths) => jobs.run('checkTokenizer', { renderer, settings, digest, files: paths, ...names }, { signal }),
    description,
  );
  return { digest, description };
}
