import type { Answer } from '../../../core/contracts/evaluation.js';
import type { WorkContext } from '../../../core/progress.js';
import { rendererNamed } from '../../../core/training/families/index.js';
import type { SamplingClient } from '../../../tinker/index.js';
import { TokenReader } from '../../tokenise/pieces/token-reader.js';
import type { Tokens } from '../../tokenise/pieces/tokens-artifact.js';
import { storedEncoder } from '../../tokenise/tokenizer/stored-tokenizer.js';
import { previousSession } from '../server/previous-session.js';
import { sessionMetadata } from '../server/session-metadata.js';
import { SessionProgress } from '../server/session-progress.js';
import { withTinkerErrors } from '../server/tinker-errors.js';
import type { TrainingPlanMeta } from '../steps/training-plan.js';
import type { TrainDeps } from '../train-deps.js';
import { withSampler, type EvaluatedWeights } from './evaluated-weights.js';
import { answerTokens, type EvaluationMeta } from './evaluation-artifact.js';
import { heldoutLosses } from './heldout-loss.js';
import { sampleAnswer } from './sample-answer.js';

const answerCharacters = 2_000;

export interface MeasureInput {
  readonly plan: TrainingPlanMeta;
  readonly tokens: Tokens;
  readonly evaluated: EvaluatedWeights;
}

/**
 * Measures weights in a session of their own: the loss on the held-out rows, then greedy answers to the
 * recipe's prompts.
 *
 * @throws {HeadraceError} what connecting throws; TinkerRequestError where the server no longer has the
 * weights.
 */
export async function measure(
  deps: TrainDeps,
  { plan, tokens, evaluated }: MeasureInput,
  work: WorkContext,
): Promise<EvaluationMeta> {
  const what = { stage: 'evaluate', label: evaluated.label, unit: 'rows' } as const;
  const progress = new SessionProgress(work, what, 0, tokens.heldoutRows);
  const tinker = await deps.access.connect(work.signal, progress.note);
  return await withTinkerErrors(plan.server.description, work.signal, async () => {
    const left = previousSession(work);
    if (left !== undefined) await tinker.finishSession(left, 'interrupted');
    const displayName = `headrace ${plan.name} evaluation`;
    const userMetadata = sessionMetadata(plan.name);
    const session = await tinker.openSession({ displayName, userMetadata, signal: work.signal });
    progress.opened(session.id);
    try {
      const result = await withSampler(tinker, session, evaluated.weights, async (client) => ({
        ...(await heldoutOf(deps, tokens, client, work.signal, progress)),
        answers: await answersOf(deps, plan, tokens, client, work.signal, progress),
      }));
      await session.finish('success');
      return { step: evaluated.step, label: evaluated.label, ...result };
    } catch (error) {
      await session.finish(work.signal.aborted ? 'interrupted' : 'errored').catch(() => undefined);
      throw error;
    }
  });
}

async function heldoutOf(
  { store }: TrainDeps,
  tokens: Tokens,
  client: SamplingClient,
  signal: AbortSignal,
  progress: SessionProgress,
): Promise<Pick<EvaluationMeta, 'heldoutRows' | 'heldoutNll' | 'heldoutNllBySource'>> {
  const reader = await TokenReader.open(store, tokens, 'heldout');
  const onExample = (done: number, total: number): void => progress.advanced(done, total);
  const { rows, all, bySource } = await heldoutLosses(client, reader, tokens.sources, signal, onExample);
  return { heldoutRows: rows, heldoutNll: all, heldoutNllBySource: bySource };
}

async function answersOf(
  { store }: TrainDeps,
  { train }: TrainingPlanMeta,
  { tokenisation }: Tokens,
  client: SamplingClient,
  signal: AbortSignal,
  progress: SessionProgress,
): Promise<Answer[]> {
  const renderer = rendererNamed(tokenisation.renderer, tokenisation.settings);
  const encoder = await storedEncoder(store, tokenisation.tokenizerDigest, renderer);
  const options = { renderer, encoder, maxTokens: answerTokens, temperature: 0, signal };
  const answers: Answer[] = [];
  for (const [index, prompt] of train.prompts.entries()) {
    progress.note(`prompt ${index + 1} of ${train.prompts.length}`);
    const sampled = await sampleAnswer(client, [{ role: 'user', content: prompt }], options);
    answers.push({ ...sampled, answer: sampled.answer.slice(0, answerCharacters) });
  }
  return answers;
}
