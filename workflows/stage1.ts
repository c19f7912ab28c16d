import { allHandlersFinished, CancellationScope, condition } from '@temporalio/workflow';
import type { MixResult } from '../core/contracts/mix.js';
import type { ChosenTokenizer, TokensResult } from '../core/contracts/tokens.js';
import type { Train } from '../core/recipe.js';
import type { Stage1Input, Stage1Result } from '../core/run/run.js';
import { both } from './parallel.js';
import { handleBudget } from './run/budget.js';
import { handlePauses } from './run/pauses.js';
import { handleProgress } from './run/progress.js';
import { handleRepairs } from './run/repairs.js';
import { handleReview } from './run/review.js';
import { Run } from './run/run.js';
import { mixUntilApproved, writeMix } from './stages/mix.js';
import { reportCancelled, writeReport } from './stages/report.js';
import { prepareSources } from './stages/sources.js';
import { chooseTokenizer, tokenise, type TokeniseInput } from './stages/tokenise.js';
import { checkTraining, planTraining, trainInChild } from './stages/train.js';

/**
 * One run, from corpora to a trained LoRA: sources side by side in children, then the mix, its review,
 * tokens, training and the report. What fails for a reason that time does not mend parks: the rest
 * continues, and the run waits for a decision.
 */
export async function stage1(input: Stage1Input): Promise<Stage1Result> {
  const run = new Run(input);
  handleProgress(run);
  handleRepairs(run);
  handleReview(run);
  handleBudget(run);
  handlePauses(run);
  try {
    const result = await fromCorporaToReport(run);
    await condition(allHandlersFinished);
    return result;
  } catch (error) {
    if (CancellationScope.current().consideredCancelled) await reportCancelled(run);
    throw error;
  }
}

async function fromCorporaToReport(run: Run): Promise<Stage1Result> {
  const { train } = run.recipe;
  if (train === undefined) return await mixOnly(run);
  const [ordered, tokenizer] = await both(
    async () => await mixUntilApproved(run, await prepareSources(run)),
    async () => await checkTrain(run, train),
  );
  const [mix, tokens] = await both(
    async () => await writeMix(run, ordered),
    async () => await tokeniseUntilDone(run, train, { mix: ordered, tokenizer }),
  );
  const trained = await trainOn(run, train, { mix, tokens });
  return await lastReport(run, { mix, ...trained });
}

/** A recipe without `train`. */
async function mixOnly(run: Run): Promise<Stage1Result> {
  const ordered = await mixUntilApproved(run, await prepareSources(run));
  const mix = await writeMix(run, ordered);
  return await lastReport(run, { mix, tokens: null, training: null, trained: null });
}

/** What a training needs besides data, checked before there is any. */
async function checkTrain(run: Run, train: Train): Promise<ChosenTokenizer> {
  const [, tokenizer] = await both(
    async () => await checkTraining(run, train),
    async () => await chooseTokenizer(run, train),
  );
  return tokenizer;
}

async function tokeniseUntilDone(run: Run, train: Train, input: TokeniseInput): Promise<TokensResult> {
  const tokens = await run.waits.untilDone('tokenise', async () => await tokenise(run, train, input));
  run.report.add({ tokens });
  return tokens;
}

async function trainOn(
  run: Run,
  train: Train,
  { mix, tokens }: { readonly mix: MixResult; readonly tokens: TokensResult },
): Promise<Pick<Stage1Result, 'tokens' | 'training' | 'trained'>> {
  const { waits, report } = run;
  const training = await waits.untilDone('train', async () => await planTraining(run, train, tokens));
  report.add({ training });
  const trained = await waits.untilDone('train', async () => await trainInChild(run, train, training, mix));
  return { tokens, training, trained };
}

async function lastReport(
  run: Run,
  results: Pick<Stage1Result, 'mix' | 'tokens' | 'training' | 'trained'>,
): Promise<Stage1Result> {
  run.view.enter('report');
  run.report.end('done');
  const written = await run.waits.untilDone('report', async () => await writeReport(run));
  run.view.finish();
  const { recipe, view } = run;
  return { out: recipe.out, skippedSources: view.skippedSources, ...results, reportPath: written.path };
}
