import { rendererNamed } from '../../../core/training/families/index.js';
import { tokenisePrompt } from '../../../core/training/tokens.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import type { Tokens } from '../../tokenise/pieces/tokens-artifact.js';
import { storedEncoder } from '../../tokenise/tokenizer/stored-tokenizer.js';
import type { TrainingPlanMeta } from '../steps/training-plan.js';

/** Tokens of each of the recipe's prompts, with what the renderer writes around it. */
export async function promptLengths(
  store: ArtifactStore,
  { train }: TrainingPlanMeta,
  { tokenisation }: Tokens,
): Promise<number[]> {
  const renderer = rendererNamed(tokenisation.renderer, tokenisation.settings);
  const encoder = await storedEncoder(store, tokenisation.tokenizerDigest, renderer);
  return train.prompts.map(
    (content) => tokenisePrompt(renderer, { messages: [{ role: 'user', content }] }, encoder).length,
  );
}
