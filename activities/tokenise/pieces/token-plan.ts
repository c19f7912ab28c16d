import { z } from 'zod';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { sides } from '../../../core/contracts/mix.js';
import { exampleForms, rendererNames, trainOnModes } from '../../../core/recipe/choices.js';
import { readJson } from '../../artifacts/read-json.js';
import { artifactKey, type ArtifactStore } from '../../artifacts/store.js';

/** Part of the keys: raise it when the same inputs give other bytes. */
export const tokeniseVersion = 4;

const RendererSettings = z.object({
  currentDate: z.string().optional(),
  effort: z.number().optional(),
});

/** How conversations become tokens: what decides the bytes of a piece, besides its lines. */
export const Tokenisation = z.object({
  renderer: z.enum(rendererNames),
  settings: RendererSettings,
  trainOn: z.enum(trainOnModes),
  examples: z.enum(exampleForms),
  maxTokens: z.int(),
  /** SHA-256 of the tokenizer. */
  tokenizerDigest: z.string(),
});
export type Tokenisation = z.infer<typeof Tokenisation>;

/** A stretch of one file that becomes one `token-piece`. It is of one part of the mix. */
export const PlannedPiece = z.object({
  side: z.enum(sides),
  /** Key of the `mix-part`. */
  part: z.string(),
  /** Number of its first entry in the part. */
  firstEntry: z.int(),
  /** Where its lines begin in the shard of the part, in bytes. */
  start: z.int(),
  /** Bytes `[from, to)` of the whole file. */
  from: z.int(),
  to: z.int(),
  /** Number of its first line in the whole file, from 0. */
  firstLine: z.int(),
  lines: z.int(),
});
export type PlannedPiece = z.infer<typeof PlannedPiece>;

/** `meta` of a `token-plan`. */
export const TokenPlanMeta = z.object({
  tokenisation: Tokenisation,
  tokenizer: z.string(),
  /** Key of the `mix-plan` artifact. */
  mixPlan: z.string(),
  sources: z.array(z.string()),
  batchSize: z.int(),
  epochs: z.int(),
  maxSteps: z.int().nullable(),
});
export type TokenPlanMeta = z.infer<typeof TokenPlanMeta>;

export const piecesName = 'pieces.json';

export interface ReadTokenPlan extends TokenPlanMeta {
  readonly pieces: readonly PlannedPiece[];
}

/** @throws {HeadraceError} ArtifactMissingError. */
export async function readTokenPlan(store: ArtifactStore, ref: ArtifactRef): Promise<ReadTokenPlan> {
  const artifact = await store.get(ref);
  const pieces = await readJson(store, artifact, piecesName, z.array(PlannedPiece));
  return { ...TokenPlanMeta.parse(artifact.meta), pieces };
}

/** The key of a piece holds its lines and how they are tokenised, and nothing of the training. */
export function tokenPieceRef(
  plan: Pick<TokenPlanMeta, 'tokenisation'>,
  { part, firstEntry, lines }: PlannedPiece,
): ArtifactRef {
  const inputs = { tokenisation: plan.tokenisation, part, firstEntry, lines };
  return { kind: 'token-piece', key: artifactKey('token-piece', tokeniseVersion, inputs) };
}
