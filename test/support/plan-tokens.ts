import type { TokeniseActivities } from '../../activities/tokenise/index.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { ChooseTokenizerInput, TokenPlan } from '../../core/contracts/tokens.js';
import type { WorkContext } from '../../core/progress.js';
import { startedOn as day } from './mix-artifact.js';
import { quietWork } from './work.js';

/** Chooses the tokenizer and plans the tokens, as a run does. */
export async function planTokens(
  activities: TokeniseActivities,
  mixPlan: ArtifactRef,
  given: Pick<ChooseTokenizerInput, 'train'> & Partial<ChooseTokenizerInput>,
  work: WorkContext = quietWork(),
): Promise<TokenPlan> {
  const input = { startedOn: day, out: '/out', ...given };
  const tokenizer = await activities.chooseTokenizer(input, work);
  return await activities.planTokens({ ...input, mixPlan, tokenizer }, work);
}
