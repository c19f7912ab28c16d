/** Tokens by the rate at which a Tinker server bills them. */
export interface TokenUsage {
  /** Tokens of the data of forward-backward passes, trained or context, in every epoch again. */
  readonly train: number;
  /** Tokens of prompts and of held-out rows, which are read and not trained. */
  readonly prefill: number;
  /** Tokens of answers. */
  readonly sample: number;
}

/** The kinds of tokens, in the order in which they are shown. */
export const tokenKinds = ['train', 'prefill', 'sample'] as const;
export type TokenKind = (typeof tokenKinds)[number];

/** Tokens of all kinds together: what `train.budget.tokens` counts. */
export function allTokens({ train, prefill, sample }: TokenUsage): number {
  return train + prefill + sample;
}

/** What a training has done of what is billed. */
export interface WorkDone {
  /** Tokens of the steps that are recorded. */
  readonly trainedTokens: number;
  /** Evaluations: of the weights that the training starts from, and of every recorded checkpoint. */
  readonly evaluations: number;
}

/** @param evaluation - tokens of one evaluation. */
export function usageOf({ trainedTokens, evaluations }: WorkDone, evaluation: TokenUsage): TokenUsage {
  return {
    train: trainedTokens + evaluations * evaluation.train,
    prefill: evaluations * evaluation.prefill,
    sample: evaluations * evaluation.sample,
  };
}
