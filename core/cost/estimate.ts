import { quotas } from '../mix/quotas.js';
import type { Recipe, Source, Train } from '../recipe.js';
import { stepsPerEpoch, totalSteps } from '../training/steps.js';
import { usageOf, type TokenUsage } from './usage.js';

/** What some conversations become in a training. */
export interface SampledTokens {
  readonly conversations: number;
  /** Examples with a trained token. */
  readonly examples: number;
  /** Tokens that an epoch sends of them. */
  readonly tokens: number;
}

/** A part of a mix whose conversations are like a sample. */
export interface EstimatedPart {
  /** Lines of train.jsonl. */
  readonly lines: number;
  /** Lines of heldout.jsonl. */
  readonly heldout: number;
  readonly sample: SampledTokens;
}

/** A source before it is converted. */
export interface ExpectedSource {
  readonly source: Source;
  /** Conversations that it is expected to have. */
  readonly conversations: number;
  readonly sample: SampledTokens;
}

/**
 * The parts of a mix before it is made: held-out rows, caps, shares and repeats as the mix rule has them,
 * without the duplicates, which nobody knows yet.
 *
 * @throws {HeadraceError} MixError, where the shares cannot be met.
 */
export function expectedMix(
  sources: readonly ExpectedSource[],
  { heldout, mix }: Pick<Recipe, 'heldout' | 'mix'>,
): readonly EstimatedPart[] {
  const split = sources.map(({ conversations }) => Math.round(conversations * heldout.fraction));
  const asked = sources.map(({ source: { name, rows, share }, conversations }, at) => ({
    name,
    available: conversations - (split[at] ?? 0),
    ...(rows === undefined ? {} : { rows }),
    ...(share === undefined ? {} : { share }),
  }));
  const given = quotas(asked, mix.rows);
  return sources.map(({ source, sample }, at) => ({
    lines: (given[at]?.take ?? 0) * source.repeat,
    heldout: Math.min(split[at] ?? 0, heldout.rows ?? Number.POSITIVE_INFINITY),
    sample,
  }));
}

/** The parts of an evaluation that do not depend on the mix. */
export interface Prompts {
  /** Tokens of all prompts of the recipe together. */
  readonly tokens: number;
  /** Tokens of an answer, at most. */
  readonly answerTokens: number;
}

/** What a training is expected to use. */
export interface EstimatedUsage {
  readonly conversations: number;
  readonly steps: number;
  /** Sampled: at most. */
  readonly usage: TokenUsage;
}

/** The usage of a training on a mix of such parts. */
export function estimateUsage(
  parts: readonly EstimatedPart[],
  train: Pick<Train, 'batch_size' | 'epochs' | 'max_steps' | 'checkpoint_every' | 'prompts'>,
  prompts: Prompts,
): EstimatedUsage {
  const sum = (of: (part: EstimatedPart, each: PerConversation) => number): number =>
    parts.reduce((total, part) => total + of(part, perConversation(part.sample)), 0);
  const rule = {
    trainedExamples: Math.round(sum(({ lines }, each) => lines * each.examples)),
    batchSize: train.batch_size,
    epochs: train.epochs,
    maxSteps: train.max_steps,
  };
  const steps = totalSteps(rule);
  const epochs = steps === 0 ? 0 : steps / stepsPerEpoch(rule);
  // A held-out example sends its last token, too, and one token is sampled after it.
  const evaluation = {
    train: 0,
    prefill: prompts.tokens + sum(({ heldout }, each) => heldout * (each.tokens + each.examples)),
    sample: train.prompts.length * prompts.answerTokens + sum(({ heldout }, each) => heldout * each.examples),
  };
  const trainedTokens = epochs * sum(({ lines }, each) => lines * each.tokens);
  const evaluations = Math.ceil(steps / train.checkpoint_every) + 1;
  const usage = usageOf({ trainedTokens, evaluations }, evaluation);
  return {
    conversations: parts.reduce((total, { lines }) => total + lines, 0),
    steps,
    usage: {
      train: Math.round(usage.train),
      prefill: Math.round(usage.prefill),
      sample: Math.round(usage.sample),
    },
  };
}

interface PerConversation {
  readonly examples: number;
  readonly tokens: number;
}

function perConversation({ conversations, examples, tokens }: SampledTokens): PerConversation {
  return conversations === 0
    ? { examples: 0, tokens: 0 }
    : { examples: examples / conversations, tokens: tokens / conversations };
}
