import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Artifact, ArtifactStore } from '../../artifacts/store.js';
import { UntrainedPartsSchema } from './untrained-parts.js';

/**
 * A `token-piece`: the examples of a stretch of lines of train.jsonl or heldout.jsonl. `tokens.bin` has the
 * ids, int32 little-endian, example after example, each cut to `max_tokens`; `mask.bin` one byte a token, 1
 * where it is trained; `examples.bin` seven uint32 little-endian an example, as {@link ExampleEntry} names
 * them. A line without an example has one entry without tokens. `lengths.json` has the lengths of examples by
 * source.
 */
export const tokensName = 'tokens.bin';
export const maskName = 'mask.bin';
export const examplesName = 'examples.bin';
const entryFields = 7;

export interface ExampleEntry {
  /** First token, counted from the piece's beginning. */
  readonly offset: number;
  /** Tokens kept. */
  readonly length: number;
  /** Tokens before truncation; 0: no example. */
  readonly fullLength: number;
  /** Trained targets after truncation and shift. */
  readonly trained: number;
  /** Position of the source in the mix. */
  readonly source: number;
  /** 1: nothing of the last answer is left. */
  readonly lostLastAnswer: number;
  /** Of the lines of the piece, from 0; rising. */
  readonly line: number;
}

/**
 * Tokens that a step sends of an example: the last one is a target only, and an untrained example is left
 * out.
 */
export function datumTokens({ length, trained }: Pick<ExampleEntry, 'length' | 'trained'>): number {
  return trained === 0 ? 0 : length - 1;
}

export const TokenPieceMeta = z.object({
  /** Lines. */
  rows: z.int(),
  /** Lines with at least one trained token. */
  trainedRows: z.int(),
  /** Entries: examples, and lines without one. */
  entries: z.int(),
  /** Examples with at least one trained token. */
  trainedExamples: z.int(),
  tokens: z.int(),
  trainedTokens: z.int(),
  /** By the position of the source in the mix; sources without a row here are absent. */
  untrainedParts: z.record(z.string(), UntrainedPartsSchema),
  /** SHA-256 over the three files. */
  sha256: z.string(),
});
export type TokenPieceMeta = z.infer<typeof TokenPieceMeta>;

/** The entries of a piece, in the order of their lines. */
export class ExampleEntries {
  readonly #fields: DataView;
  readonly count: number;

  constructor(bytes: Uint8Array) {
    this.#fields = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.count = bytes.byteLength / (entryFields * 4);
  }

  static async read(store: ArtifactStore, artifact: Artifact): Promise<ExampleEntries> {
    return await store.bring(
      [{ artifact, file: examplesName }],
      async ([path = '']) => new ExampleEntries(await readFile(path)),
    );
  }

  *[Symbol.iterator](): Generator<ExampleEntry> {
    for (let index = 0; index < this.count; index += 1) yield this.at(index);
  }

  at(index: number): ExampleEntry {
    const field = (name: number): number => this.#fields.getUint32((index * entryFields + name) * 4, true);
    return {
      offset: field(0),
      length: field(1),
      fullLength: field(2),
      trained: field(3),
      source: field(4),
      lostLastAnswer: field(5),
      line: field(6),
    };
  }
}
