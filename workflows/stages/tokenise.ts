import { batchCount } from '../../core/batches.js';
import type { TokensResult } from '../../core/contracts/tokens.js';
import { defined } from '../../core/defined.js';
import { formatCount } from '../../core/format.js';
import type { Train } from '../../core/recipe.js';
import type { Run } from '../run/run.js';
import type { OrderedMix } from './mix.js';

/** Renders and tokenises the lines of a mix, and counts the steps. */
export async function tokenise(
  run: Run,
  train: Train,
  { plan: mixPlan, trainLines }: OrderedMix,
): Promise<TokensResult> {
  const { activities, batches, view } = run;
  view.enter('tokenise');
  const { plan, pieces, settings } = await activities.planTokens(
    `plan the tokens of ${formatCount(trainLines)} conversations`,
    { mixPlan, train, startedOn: run.startedOn, out: run.recipe.out },
  );
  const all = batchCount(pieces);
  let done = 0;
  const show = (counted?: TokensResult): void => {
    const { totalSteps = null, trainedRows, trainedExamples, tokensPerEpoch, untrained } = counted ?? {};
    const counts = defined({ trainedRows, trainedExamples, tokensPerEpoch, untrained });
    view.show({ tokens: { pieces: [done, all], settings, totalSteps, ...counts } });
  };
  show();
  await batches.run(
    { activity: 'tokenisePieces', input: { plan }, batches: pieces, summary: 'tokenise', noun: 'piece' },
    (finished) => {
      done = finished;
      show();
    },
  );
  const tokens = await activities.finishTokens('count tokens and steps', { plan });
  show(tokens);
  return tokens;
}
