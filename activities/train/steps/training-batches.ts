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

/** The batch of each step, read from disk on demand. Close it when done. */
export class TrainingBatches {
  readonly #plan: TrainingPlanMeta;
  readonly #reader: TokenReader;
  readonly #rows: Uint32Array;
  #order: { readonly epoch: number; readonly lines: Uint32Array } | undefined;

  private constructor(plan: TrainingPlanMeta, reader: TokenReader, rows: Uint32Array) {
    this.#plan = plan;
    this.#reader = reader;
    this.#rows = rows;
  }

  /** @throws {HeadraceError} ArtifactMissingError, ArtifactCorruptError. */
  static async open(store: ArtifactStore, plan: TrainingPlanMeta): Promise<TrainingBatches> {
    const tokens = await readTokens(store, { kind: 'tokens', key: plan.tokens });
    const reader = await TokenReader.open(store, tokens, 'train');
    const rows = reader.trainedRows();
    if (rows.length === plan.trainedRows) return new TrainingBatches(plan, reader, rows);
    await reader.close();
    throw new HeadraceError(
      'ArtifactCorruptError',
      `The tokens ${plan.tokens} have ${rows.length} trained rows instead of ${plan.trainedRows}`,
    );
  }

  /** Tokens that a step sends to the server, from the tables of rows alone. */
  tokensOf(step: number): number {
    return this.#linesOf(step).reduce((sum, line) => sum + datumTokens(this.#reader.rowAt(line)), 0);
  }

  async batch(step: number): Promise<TrainingDatum[]> {
    const datums: TrainingDatum[] = [];
    for (const line of this.#linesOf(step)) {
      const { tokens, mask } = await this.#reader.read(line);
      const datum = buildDatum(tokens, mask, this.#plan.train.max_tokens);
      if (datum === undefined)
        throw new HeadraceError(
          'ArtifactCorruptError',
          `Line ${line + 1} has no trained token, but is listed as trained`,
        );
      datums.push(datum);
    }
    return datums;
  }

  #linesOf(step: number): Uint32Array {
    const { epoch, from, to } = placeOfStep(stepRuleOf(this.#plan), step);
    if (this.#order?.epoch !== epoch)
      this.#order = { epoch, lines: epochOrder(this.#rows, epoch, this.#plan.seed, sha256) };
    return this.#order.lines.subarray(from, to);
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}
