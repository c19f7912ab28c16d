import type { RendererName, Train } from '../recipe.js';
import type { RendererSettings } from '../training/rendering/renderer.js';
import type { ArtifactRef, Batches } from './artifact.js';

/** The training whose tokenizer is wanted. */
export interface ChooseTokenizerInput {
  /** Base model, renderer, tokenizer. */
  readonly train: Train;
  /** The day on which the run started, `YYYY-MM-DD` in UTC: the date of a renderer that writes one. */
  readonly startedOn: string;
  /** Where the results of the run go: names what its client has imported. */
  readonly out: string;
}

/** A tokenizer that fits the renderer and the base model. */
export interface ChosenTokenizer {
  /** SHA-256 of its files, which are in the store. */
  readonly digest: string;
  /** Its origin, with its digest. */
  readonly description: string;
}

/** A mix, and how to tokenise it. */
export interface PlanTokensInput {
  /** Of kind `mix-plan`, of which all partitions are written. */
  readonly mixPlan: ArtifactRef;
  readonly tokenizer: ChosenTokenizer;
  /** Base model, renderer, limits and batch size. */
  readonly train: Train;
  /** As in {@link ChooseTokenizerInput}. */
  readonly startedOn: string;
}

/** The work of tokenising a mix. */
export interface TokenPlan {
  /** Of kind `token-plan`. */
  readonly plan: ArtifactRef;
  /** The recipe's, or that of the base model. */
  readonly renderer: RendererName;
  /** What the renderer writes that is not in the conversations. */
  readonly settings: RendererSettings;
  /** Origin of the tokenizer, with its digest. */
  readonly tokenizer: string;
  /** For `tokenisePieces`. */
  readonly pieces: Batches;
}

/** Pieces `[from, to)` of a plan. */
export interface TokenisePiecesInput {
  /** Of kind `token-plan`. */
  readonly plan: ArtifactRef;
  /** Index of the first piece. */
  readonly from: number;
  /** exclusive */
  readonly to: number;
}

/** What a range of pieces holds, those from the store included. */
export type TokenisePiecesResult = {
  /** Pieces of the range. */
  readonly pieces: number;
  /** Pieces that were in the store already. */
  readonly reusedPieces: number;
  /** Lines of the mix. */
  readonly rows: number;
  /** After truncation. */
  readonly tokens: number;
};

/**
 * Why a renderer refuses a conversation, so that it is not trained. Where several apply, the first of this
 * list counts.
 */
export const refusalReasons = [
  /** It has no form for reasoning. */
  'reasoning',
  /** It has no form for tools, calls of tools and their results. */
  'tools',
  /** It has no form for a role. */
  'role',
  /** It writes one text a message, and a message has several parts. */
  'parts',
  /** It writes a system message at the beginning only, and there is a later one. */
  'system_later',
  /** Its generation prompt forbids reasoning, and the trained turn reasons. */
  'thinking_disabled',
  /**
   * Its generation prompt has an empty think block; not every message of the trained turn is written with
   * one.
   */
  'turn_of_several',
  /** Its generation prompt has an empty think block; a conversation without a user message has none. */
  'no_user',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** Of one source's rows of train.jsonl: what is not trained whatever `train_on` says, or not written. */
export interface UntrainedParts {
  /** Rows that the renderer refuses; reasons that do not occur are absent. */
  readonly refused: Readonly<Partial<Record<RefusalReason, number>>>;
  /** Messages of weight 0 in the other rows: context. */
  readonly weightZero: number;
  /** Messages of the other rows that `train_on` names, without the reasoning that they have: context. */
  readonly reasoningLeftOut: number;
  /** With `examples: turn`: turns of the other rows that the renderer refuses. Absent: none. */
  readonly refusedTurns?: Readonly<Partial<Record<RefusalReason, number>>>;
  /** Other rows with a `name`, which the renderer does not write. */
  readonly named: number;
  /** Other rows with results of tools that lack what the renderer writes of them. Absent: none. */
  readonly incompleteResults?: number;
}

export interface SourceUntrained extends UntrainedParts {
  readonly source: string;
  /** All of its rows. */
  readonly rows: number;
}

/** What a renderer leaves untrained, of the sources that have any of it. */
export interface Untrained {
  readonly renderer: RendererName;
  /** Present where `examples: turn` would train the turns whose reasoning is left out. */
  readonly turnsWouldTrain?: true;
  readonly sources: readonly SourceUntrained[];
}

/**
 * Lengths of one source's examples. A refused row has none. An example is a row, or with `examples: turn` a
 * turn of one.
 */
export interface LengthReport {
  /** The source's name, in the recipe. */
  readonly source: string;
  /** Lines of train.jsonl. */
  readonly rows: number;
  readonly examples: number;
  /** After truncation. */
  readonly tokens: number;
  /** Tokens with a loss weight above 0. */
  readonly trainedTokens: number;
  /** Tokens an example before truncation, at quantiles 0.5, 0.9, 0.99 and 1. */
  readonly quantiles: readonly [number, number, number, number];
  /** Examples longer than `max_tokens`. */
  readonly truncated: number;
  /** Examples that lose all of their last answer to truncation. */
  readonly lostLastAnswer: number;
  /** Rows without a trained token after truncation: counted, never trained. */
  readonly untrained: number;
}

/** A tokenised mix. Counts are of train.jsonl. */
export interface TokensResult {
  /** Of kind `tokens`. */
  readonly tokens: ArtifactRef;
  /** Lines of train.jsonl. */
  readonly rows: number;
  /** Rows with at least one trained token. */
  readonly trainedRows: number;
  /** Examples of all rows. */
  readonly examples: number;
  /** Examples with at least one trained token: N of the step rule. */
  readonly trainedExamples: number;
  /** After truncation. */
  readonly totalTokens: number;
  /** Tokens with a loss weight above 0. */
  readonly trainedTokens: number;
  /** Tokens that an epoch sends to the server: of each trained example all but the last token. */
  readonly tokensPerEpoch: number;
  /** Batches that the trained examples fill. */
  readonly stepsPerEpoch: number;
  /** Steps of all epochs, at most `max_steps`. */
  readonly totalSteps: number;
  /** One for each source with lines. */
  readonly lengths: readonly LengthReport[];
  readonly untrained: Untrained;
}
