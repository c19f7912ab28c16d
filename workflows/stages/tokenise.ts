import { batchCount } from '../../core/batches.js';
import type { ChosenTokenizer, TokensResult } from '../../core/contracts/tokens.js';
import { defined } from '../../core/defined.js';
import { formatCount } from '../../core/format.js';
import type { Train } from '../../core/recipe.js';
import type { Run } from '../run/run.js';
import type { OrderedMix } from './mix.js';

export interface TokeniseInput {
  readonly mix: OrderedMix;
  readonly tokenizer: ChosenTokenizer;
}

/** Finds the tokenizer while the data is prepared, so that a wrong one fails early. */
export async function chooseTokenizer(
  { activities, waits, recipe: { out }, startedOn }: Run,
  train: Train,
): Promise<ChosenTokenizer> {
  return await waits.untilDone(
    'tokenise',
    async () =>
      await activities.chooseTokenizer(`find the tokenizer of ${train.base_model}`, {
        train,
        startedOn,
        out,
      }),
  );
}

/** Renders and tokenises the lines of a mix, and counts the steps. */
export async function tokenise(
  run: Run,
  train: Train,
  { mix: { plan: mixPlan, trainLines }, tokenizer }: TokeniseInput,
): Promise<TokensResult> {
  const { activities, batches, view } = run;
  view.enter('tokenise');
  const { plan, pieces, settings } = await activities.planTokens(
    `plan the tokens of ${formatCount(trainLines)} conversations`,
    { mixPlan, train, startedOn: run.startedOn, tokenizer },
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
