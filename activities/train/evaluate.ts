import { join } from 'node:path';
import { z } from 'zod';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { Answer, EvaluateInput, EvaluationResult } from '../../core/contracts/evaluation.js';
import type { WorkContext } from '../../core/progress.js';
import { rendererNamed } from '../../core/training/renderers.js';
import { artifactKey, writeFileAtomic, type ArtifactStore } from '../artifacts/store.js';
import { createTextEncoder, readTokenizerFiles } from '../tokenise/tokenizer/text-encoder.js';
import { TokenReader } from '../tokenise/pieces/token-reader.js';
import { readTokens, type Tokens } from '../tokenise/pieces/tokens-artifact.js';
import type { SamplingClient, TinkerSession } from '../../tinker/index.js';
import { answer } from './evaluation/answer.js';
import { heldoutNll } from './evaluation/heldout-nll.js';
import { jsonLines } from '../../files/json-lines.js';
import { lineageOf, type StoredRecord } from './records/records.js';
import { previousSession } from './server/previous-session.js';
import { isTinkerError, withTinkerErrors } from './server/tinker-errors.js';
import type { TrainDeps } from './train-deps.js';
import { readTrainingPlan, trainVersion, type TrainingPlanMeta } from './steps/training-plan.js';

const EvaluationMeta = z.object({
  step: z.int(),
  label: z.string(),
  heldoutRows: z.int(),
  heldoutNll: z.number().nullable(),
  heldoutNllBySource: z.record(z.string(), z.number()),
  answers: z.array(
    z.object({ prompt: z.string(), answer: z.string(), stopReason: z.enum(['stop', 'length']) }),
  ),
});
type EvaluationMeta = z.infer<typeof EvaluationMeta>;

/** The weights that are evaluated. */
interface Subject {
  readonly step: number;
  readonly label: string;
  readonly weights: Weights;
}

type Weights =
  | { readonly baseModel: string }
  /** The state has the same weights, and has to be loaded to sample from it: for where the sampler weights have expired. */
  | { readonly samplerPath: string; readonly statePath: string }
  | { readonly statePath: string };

/** What the training begins with: the base model, or the weights of `train.from`. */
function beginningOf({ train }: TrainingPlanMeta): Subject {
  return train.from === undefined
    ? { step: 0, label: 'base', weights: { baseModel: train.base_model } }
    : { step: 0, label: 'start', weights: { statePath: train.from } };
}

/** Seconds: weights that are saved only to be measured are deleted, and gone by themselves should that fail. */
const passingTtlSeconds = 3_600;
const answerTokens = 120;
const answerCharacters = 2_000;

/**
 * Measures a checkpoint, or what the training begins with (the base model, or the weights of `train.from`), on the held-out
 * rows and lets it answer the recipe's prompts, greedily. What is in the store for these weights and rows is used again. Writes `samples.jsonl` of the lineage into `out`, whole.
 *
 * @throws {HeadraceError} what connecting throws; CheckpointLostError does not occur here: weights that are gone are a
 * TinkerRequestError.
 */
export async function evaluate(
  deps: TrainDeps,
  input: EvaluateInput,
  work: WorkContext,
): Promise<EvaluationResult> {
  const plan = await readTrainingPlan(deps.store, input.plan);
  const tokens = await readTokens(deps.store, { kind: 'tokens', key: plan.tokens });
  const { checkpoint } = input;
  const subject = checkpoint === null ? beginningOf(plan) : subjectOf(checkpoint);
  const evaluation = evaluationRef(plan, tokens, subject);
  const artifact =
    (await deps.store.find(evaluation)) ??
    (await deps.store.put(evaluation, () => measure(deps, plan, tokens, subject, work)));
  const lineage = await lineageOf(deps.store, checkpoint?.record.key ?? null);
  await writeSamples(deps, plan, tokens, [beginningOf(plan), ...lineage.map(subjectOf)], input.out);
  return { evaluation, ...EvaluationMeta.parse(artifact.meta) };
}

function subjectOf({
  nextStep,
  label,
  samplerPath,
  statePath,
}: {
  nextStep: number;
  label: string;
  samplerPath: string;
  statePath: string;
}): Subject {
  return { step: nextStep, label, weights: { samplerPath, statePath } };
}

/** Those of a lineage that have no evaluation yet. */
export async function withoutEvaluation(
  store: ArtifactStore,
  plan: TrainingPlanMeta,
  lineage: readonly StoredRecord[],
): Promise<StoredRecord[]> {
  const tokens = await readTokens(store, { kind: 'tokens', key: plan.tokens });
  const found = await Promise.all(
    lineage.map((record) => store.find(evaluationRef(plan, tokens, subjectOf(record)))),
  );
  return lineage.filter((_, at) => found[at] === undefined);
}

/** Named by the weights and what they are asked. */
function evaluationRef(plan: TrainingPlanMeta, tokens: Tokens, subject: Subject): ArtifactRef {
  const { renderer, tokenizerDigest } = tokens.tokenisation;
  const inputs = {
    server: plan.server.identity,
    weights: 'samplerPath' in subject.weights ? subject.weights.samplerPath : subject.weights,
    heldout: tokens.digests.heldout,
    sources: tokens.sources,
    renderer,
    tokenizerDigest,
    prompts: plan.train.prompts,
    answerTokens,
  };
  return { kind: 'evaluation', key: artifactKey('evaluation', trainVersion, inputs) };
}

async function measure(
  deps: TrainDeps,
  plan: TrainingPlanMeta,
  tokens: Tokens,
  subject: Subject,
  work: WorkContext,
): Promise<EvaluationMeta> {
  const encoder = createTextEncoder(await readTokenizerFiles(tokens.tokenizerDir));
  const renderer = rendererNamed(tokens.tokenisation.renderer);
  let onWait = (_message: string): void => undefined;
  const tinker = await deps.access.connect(work.signal, (message) => onWait(message));
  return await withTinkerErrors(plan.server.description, work.signal, async () => {
    const left = previousSession(work);
    if (left !== undefined) await tinker.finishSession(left, 'interrupted');
    const session = await tinker.openSession({
      displayName: `headrace ${plan.name} evaluation`,
      signal: work.signal,
    });
    let at = { done: 0, total: tokens.heldoutRows };
    const report = (done: number, total: number, note?: string): void => {
      at = { done, total };
      work.progress({
        stage: 'evaluate',
        label: subject.label,
        done,
        total,
        unit: 'rows',
        ...(note === undefined ? {} : { note }),
        resume: { sessionId: session.id },
      });
    };
    report(0, tokens.heldoutRows);
    onWait = (message) => report(at.done, at.total, message);
    const reader = await TokenReader.open(deps.store, tokens, 'heldout');
    let passing: string | undefined;
    try {
      const client = await samplerOf(session, subject.weights, (path) => (passing = path));
      const measured = await heldoutNll(client, reader, tokens.sources, work.signal, report);
      const answers: Answer[] = [];
      for (const [index, prompt] of plan.train.prompts.entries()) {
        report(measured.rows, tokens.heldoutRows, `prompt ${index + 1} of ${plan.train.prompts.length}`);
        const options = { renderer, encoder, maxTokens: answerTokens, temperature: 0, signal: work.signal };
        const said = await answer(client, [{ role: 'user', content: prompt }], options);
        answers.push({ ...said, answer: said.answer.slice(0, answerCharacters) });
      }
      await session.finish('success');
      return {
        step: subject.step,
        label: subject.label,
        heldoutRows: measured.rows,
        heldoutNll: measured.nll,
        heldoutNllBySource: measured.bySource,
        answers,
      };
    } catch (error) {
      await session.finish(work.signal.aborted ? 'interrupted' : 'errored').catch(() => undefined);
      throw error;
    } finally {
      if (passing !== undefined) await tinker.deleteCheckpoint(passing).catch(() => undefined);
      await reader.close();
    }
  });
}

/** @param onPassing - told of sampler weights that are made for this alone. */
async function samplerOf(
  session: TinkerSession,
  weights: Weights,
  onPassing: (path: string) => void,
): Promise<SamplingClient> {
  if ('baseModel' in weights) return await session.createSamplingClient(weights);
  if ('samplerPath' in weights)
    try {
      return await session.createSamplingClient({ modelPath: weights.samplerPath });
    } catch (error) {
      // A run that waited long has renewed its states alone.
      if (!isTinkerError(error, 'not-found')) throw error;
    }
  const loaded = await session.createFromState(weights.statePath, { optimizer: false });
  const saved = loaded.saveWeightsForSampler('headrace-passing', { ttlSeconds: passingTtlSeconds });
  const modelPath = await saved.result;
  onPassing(modelPath);
  return await session.createSamplingClient({ modelPath });
}

/** One line an evaluation that there is, by step, what the training begins with first. */
async function writeSamples(
  deps: TrainDeps,
  plan: TrainingPlanMeta,
  tokens: Tokens,
  subjects: readonly Subject[],
  out: string,
): Promise<void> {
  const lines: object[] = [];
  for (const subject of subjects) {
    const artifact = await deps.store.find(evaluationRef(plan, tokens, subject));
    if (artifact === undefined) continue;
    const { heldoutRows, heldoutNll, heldoutNllBySource, answers } = EvaluationMeta.parse(artifact.meta);
    lines.push({
      step: subject.step,
      label: subject.label,
      heldout_rows: heldoutRows,
      heldout_nll: heldoutNll,
      heldout_nll_by_source: heldoutNllBySource,
      answers,
    });
  }
  await writeFileAtomic(join(out, 'samples.jsonl'), jsonLines(lines));
}
