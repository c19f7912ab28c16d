import type { MixResult } from '../../core/contracts/mix.js';
import type { TokensResult } from '../../core/contracts/tokens.js';
import { defined } from '../../core/defined.js';
import { formatCount } from '../../core/format.js';
import type { Train } from '../../core/recipe.js';
import { parallel } from '../parallel.js';
import type { Run } from '../run/run.js';

/** Work ranges under way at once; the worker's threads bound the whole. */
const rangesAtOnce = 2;

/** Renders and tokenises train.jsonl, and counts the steps. */
export async function tokenise(
  run: Run,
  train: Train,
  { mix, train: file }: MixResult,
): Promise<TokensResult> {
  const { activities, view } = run;
  view.enter('tokenise');
  const { plan, pieces, settings } = await activities.planTokens(
    `plan the tokens of ${formatCount(file.lines)} conversations`,
    { mix, train, startedOn: run.startedOn },
  );
  let done = 0;
  const show = (counted?: TokensResult): void => {
    const { totalSteps = null, trainedRows, trainedExamples, tokensPerEpoch, untrained } = counted ?? {};
    const counts = defined({ trainedRows, trainedExamples, tokensPerEpoch, untrained });
    view.show({ tokens: { pieces: [done, pieces.length], settings, totalSteps, ...counts } });
  };
  show();
  await parallel(pieces, rangesAtOnce, async ({ label, from, to }) => {
    await activities.tokenisePieces(`tokenise ${label}`, { plan, from, to });
    done += 1;
    show();
  });
  const tokens = await activities.finishTokens('count tokens and steps', { plan });
  show(tokens);
  return tokens;
}
