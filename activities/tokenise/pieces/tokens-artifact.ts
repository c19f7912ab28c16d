import { z } from 'zod';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { sides } from '../../../core/contracts/mix.js';
import type { Untrained } from '../../../core/contracts/tokens.js';
import { turnsWouldTrain } from '../../../core/training/example-rules.js';
import { rendererNamed } from '../../../core/training/families/index.js';
import { readJson } from '../../artifacts/read-json.js';
import type { Artifact, ArtifactStore } from '../../artifacts/store.js';
import { piecesName, Tokenisation } from './token-plan.js';
import { UntrainedPartsSchema } from './untrained-parts.js';

/** `meta` of a `tokens` artifact: the manifest of a tokenised mix. `pieces.json` lists its pieces. */
export const TokensMeta = z.object({
  tokenisation: Tokenisation,
  tokenizer: z.string(),
  sources: z.array(z.string()),
  /** Of the content: SHA-256 over the hashes of the pieces. */
  digests: z.object({ train: z.string(), heldout: z.string() }),
  rows: z.int(),
  /** Rows with at least one trained token. */
  trainedRows: z.int(),
  examples: z.int(),
  /** Examples with at least one trained token. */
  trainedExamples: z.int(),
  tokens: z.int(),
  trainedTokens: z.int(),
  tokensPerEpoch: z.int(),
  heldoutRows: z.int(),
  /** Of the sources that have any of it. */
  untrained: z.array(UntrainedPartsSchema.extend({ source: z.string(), rows: z.int() })),
});
export type TokensMeta = z.infer<typeof TokensMeta>;

/** The pieces of a `tokens` artifact, train.jsonl first, each in line order. */
export const TokensPieces = z.array(
  z.object({
    side: z.enum(sides),
    key: z.string(),
    firstLine: z.int(),
    rows: z.int(),
    /** Of the entries of its side, from 0. */
    firstEntry: z.int(),
  }),
);
export type TokensPieces = z.infer<typeof TokensPieces>;

export interface Tokens extends TokensMeta {
  readonly pieces: TokensPieces;
  /** It also holds the tokenizer's files. */
  readonly artifact: Artifact;
}

/** What a tokenised mix leaves untrained. */
export function untrainedOf({ tokenisation, untrained: sources }: TokensMeta): Untrained {
  const { renderer } = tokenisation;
  const leavesOut = sources.some(({ reasoningLeftOut }) => reasoningLeftOut > 0);
  return leavesOut && turnsWouldTrain(rendererNamed(renderer), tokenisation)
    ? { renderer, turnsWouldTrain: true, sources }
    : { renderer, sources };
}

/** @throws {HeadraceError} ArtifactMissingError. */
export async function readTokens(store: ArtifactStore, ref: ArtifactRef): Promise<Tokens> {
  const artifact = await store.get(ref);
  const pieces = await readJson(store, artifact, piecesName, TokensPieces);
  return { ...TokensMeta.parse(artifact.meta), pieces, artifact };
}
