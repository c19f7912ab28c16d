import { createHash } from 'node:crypto';
import { HeadraceError } from '../../../core/errors.js';
import { buildDatum, type TrainingDatum } from '../../../core/training/datum.js';
import { epochOrder, placeOfStep } from '../../../core/training/steps.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { datumTokens } from '../../tokenise/pieces/token-piece.js';
import { TokenReader } from '../../tokenise/pieces/token-reader.js';
import { readTokens } from '../../tokenise/pieces/tokens-artifact.js';
import { stepRuleOf, type TrainingPlanMeta } from './training-plan.js';

const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest();

/** The batch of each step, read on demand. */
export class TrainingBatches {
  readonly #plan: TrainingPlanMeta;
  readonly #reader: TokenReader;
  readonly #examples: Uint32Array;
  #order: { readonly epoch: number; readonly examples: Uint32Array } | undefined;

  private constructor(plan: TrainingPlanMeta, reader: TokenReader, examples: Uint32Array) {
    this.#plan = plan;
    this.#reader = reader;
    this.#examples = examples;
  }

  /** @throws {HeadraceError} ArtifactMissingError, ArtifactCorruptError. */
  static async open(store: ArtifactStore, plan: TrainingPlanMeta): Promise<TrainingBatches> {
    const tokens = await readTokens(store, { kind: 'tokens', key: plan.tokens });
    const reader = await TokenReader.open(store, tokens, 'train');
    const examples = reader.trainedExamples();
    if (examples.length === plan.trainedExamples) return new TrainingBatches(plan, reader, examples);
    throw new HeadraceError(
      'ArtifactCorruptError',
      `The tokens ${plan.tokens} have ${examples.length} trained examples instead of ${plan.trainedExamples}`,
    );
  }

  /** Tokens that a step sends to the server, without reading them. */
  tokensOf(step: number): number {
    return this.#examplesOf(step).reduce(
      (sum, example) => sum + datumTokens(this.#reader.entryAt(example)),
      0,
    );
  }

  async batch(step: number): Promise<TrainingDatum[]> {
    const datums: TrainingDatum[] = [];
    const examples = this.#examplesOf(step);
    for (const [at, { tokens, mask, line }] of (await this.#reader.read(examples)).entries()) {
      const datum = buildDatum(tokens, mask, this.#plan.train.max_tokens);
      if (datum === undefined)
        throw new HeadraceError(
          'ArtifactCorruptError',
          `Example ${(examples[at] ?? 0) + 1}, of line ${line + 1}, has no trained token, but is listed as trained`,
        );
      datums.push(datum);
    }
    return datums;
  }

  #examplesOf(step: number): Uint32Array {
    const { epoch, from, to } = placeOfStep(stepRuleOf(this.#plan), step);
    if (this.#order?.epoch !== epoch)
      this.#order = { epoch, examples: epochOrder(this.#examples, epoch, this.#plan.seed, sha256) };
    return this.#order.examples.subarray(from, to);
  }
}
