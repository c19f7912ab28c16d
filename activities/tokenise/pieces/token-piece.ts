import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Artifact } from '../../artifacts/store.js';
import { UntrainedPartsSchema } from './untrained-parts.js';

/**
 * A `token-piece`: the tokenised rows of a stretch of train.jsonl or heldout.jsonl. `tokens.bin` has the ids,
 * int32 little-endian, row after row, each cut to `max_tokens`; `mask.bin` one byte a token, 1 where it is
 * trained; `rows.bin` six uint32 little-endian a row, as {@link TokenRow} names them.
 */
export const tokensName = 'tokens.bin';
export const maskName = 'mask.bin';
export const rowsName = 'rows.bin';
export const rowFields = 6;

export interface TokenRow {
  /** First token, counted from the piece's beginning. */
  readonly offset: number;
  /** Tokens kept. */
  readonly length: number;
  /** Tokens before truncation; 0: the row is refused. */
  readonly fullLength: number;
  /** Trained targets after truncation and shift. */
  readonly trained: number;
  /** Position of the source in the mix. */
  readonly source: number;
  /** 1: nothing of the last answer is left. */
  readonly lostLastAnswer: number;
}

/** Tokens that a training step sends of a row: the last one is a target only, and an untrained row is left out. */
export function datumTokens({ length, trained }: Pick<TokenRow, 'length' | 'trained'>): number {
  return trained === 0 ? 0 : length - 1;
}

export const TokenPieceMeta = z.object({
  rows: z.int(),
  /** Rows with at least one trained token. */
  trainedRows: z.int(),
  tokens: z.int(),
  trainedTokens: z.int(),
  /** By the position of the source in the mix; sources without a row here are absent. */
  untrainedParts: z.record(z.string(), UntrainedPartsSchema),
  /** SHA-256 over the three files. */
  sha256: z.string(),
});
export type TokenPieceMeta = z.infer<typeof TokenPieceMeta>;

/** The rows of a piece, in the order of their lines. */
export class TokenRows {
  readonly #fields: DataView;
  readonly count: number;

  constructor(bytes: Uint8Array) {
    this.#fields = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.count = bytes.byteLength / (rowFields * 4);
  }

  static async read(piece: Artifact): Promise<TokenRows> {
    return new TokenRows(await readFile(piece.path(rowsName)));
  }

  *[Symbol.iterator](): Generator<TokenRow> {
    for (let row = 0; row < this.count; row += 1) yield this.at(row);
  }

  at(row: number): TokenRow {
    const field = (name: number): number => this.#fields.getUint32((row * rowFields + name) * 4, true);
    return {
      offset: field(0),
      length: field(1),
      fullLength: field(2),
      trained: field(3),
      source: field(4),
      lostLastAnswer: field(5),
    };
  }
}
