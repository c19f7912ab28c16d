import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { LengthReport, TokensResult } from '../../core/contracts/tokens.js';
import type { WorkContext } from '../../core/progress.js';
import { stepsPerEpoch, totalSteps } from '../../core/training/steps.js';
import { readJson } from '../artifacts/read-json.js';
import { artifactKey, type ArtifactStore } from '../artifacts/store.js';
import { inParallel } from '../threads/in-parallel.js';
import { LengthTally } from './pieces/length-tally.js';
import { lengthsName, PieceLengths } from './pieces/source-lengths.js';
import { TokenPieceMeta } from './pieces/token-piece.js';
import { piecesName, readTokenPlan, tokenPieceRef, tokeniseVersion } from './pieces/token-plan.js';
import type { PlannedPiece, ReadTokenPlan } from './pieces/token-plan.js';
import { untrainedOf, type TokensMeta, type TokensPieces } from './pieces/tokens-artifact.js';
import type { TokeniseDeps } from './tokenise-deps.js';

/**
 * Combines the pieces of a plan into a `tokens` artifact: counts, lengths by source, and the number of steps.
 *
 * @throws {HeadraceError} ArtifactMissingError, where a piece is missing.
 */
export async function finishTokens(
  { store }: TokeniseDeps,
  input: { readonly plan: ArtifactRef },
  work: WorkContext,
): Promise<TokensResult> {
  const plan = await readTokenPlan(store, input.plan);
  const { meta, pieces, lengths } = await gatherPieces(store, plan, work.signal);
  const tokens: ArtifactRef = {
    kind: 'tokens',
    key: artifactKey('tokens', tokeniseVersion, { ...meta, pieces }),
  };
  if ((await store.find(tokens)) === undefined)
    await store.put(tokens, async (dir) => {
      await writeFile(join(dir, piecesName), JSON.stringify(pieces));
      return meta;
    });
  const rule = {
    trainedExamples: meta.trainedExamples,
    batchSize: plan.batchSize,
    epochs: plan.epochs,
    maxSteps: plan.maxSteps ?? undefined,
  };
  return {
    tokens,
    rows: meta.rows,
    trainedRows: meta.trainedRows,
    examples: meta.examples,
    trainedExamples: meta.trainedExamples,
    totalTokens: meta.tokens,
    trainedTokens: meta.trainedTokens,
    tokensPerEpoch: meta.tokensPerEpoch,
    stepsPerEpoch: stepsPerEpoch(rule),
    totalSteps: totalSteps(rule),
    lengths,
    untrained: untrainedOf(meta),
  };
}

interface Gathered {
  readonly meta: TokensMeta;
  readonly pieces: TokensPieces;
  /** Of train.jsonl, a report for each source. */
  readonly lengths: readonly LengthReport[];
}

async function gatherPieces(
  store: ArtifactStore,
  plan: ReadTokenPlan,
  signal: AbortSignal,
): Promise<Gathered> {
  const pieces: TokensPieces = [];
  const tallies = plan.sources.map(() => new LengthTally());
  const hashes = { train: createHash('sha256'), heldout: createHash('sha256') };
  const counts = {
    rows: 0,
    trainedRows: 0,
    trainedExamples: 0,
    tokens: 0,
    trainedTokens: 0,
    tokensPerEpoch: 0,
    heldoutRows: 0,
  };
  const entriesOf = { train: 0, heldout: 0 };
  for await (const { planned, ref, meta, lengths } of readPieces(store, plan, signal)) {
    const { side, firstLine } = planned;
    pieces.push({ side, key: ref.key, firstLine, rows: meta.rows, firstEntry: entriesOf[side] });
    entriesOf[side] += meta.entries;
    hashes[side].update(`${meta.rows} ${meta.sha256}\n`);
    if (side === 'heldout') {
      counts.heldoutRows += meta.rows;
      continue;
    }
    counts.rows += meta.rows;
    counts.trainedRows += meta.trainedRows;
    counts.trainedExamples += meta.trainedExamples;
    counts.tokens += meta.tokens;
    counts.trainedTokens += meta.trainedTokens;
    for (const [source, parts] of Object.entries(meta.untrainedParts))
      tallies[Number(source)]?.addParts(parts);
    for (const [source, own] of Object.entries(lengths)) {
      tallies[Number(source)]?.addPiece(own);
      counts.tokensPerEpoch += own.tokensPerEpoch;
    }
  }
  const { tokenisation, tokenizer, sources } = plan;
  const digests = { train: hashes.train.digest('hex'), heldout: hashes.heldout.digest('hex') };
  const lengths = sources.map((source, at) => (tallies[at] ?? new LengthTally()).report(source));
  const examples = lengths.reduce((sum, report) => sum + report.examples, 0);
  const untrained = sources.flatMap((source, at) => tallies[at]?.untrained(source) ?? []);
  return {
    meta: { tokenisation, tokenizer, sources, digests, ...counts, examples, untrained },
    pieces,
    lengths,
  };
}

interface ReadPiece {
  readonly planned: PlannedPiece;
  readonly ref: ArtifactRef;
  readonly meta: TokenPieceMeta;
  /** Of train.jsonl only. */
  readonly lengths: PieceLengths;
}

/** Pieces read at a time. */
const piecesAtOnce = 16;

/** The pieces of a plan in its order. */
async function* readPieces(
  store: ArtifactStore,
  plan: ReadTokenPlan,
  signal: AbortSignal,
): AsyncGenerator<ReadPiece> {
  const read = async (planned: PlannedPiece): Promise<ReadPiece> => {
    const ref = tokenPieceRef(plan, planned);
    const artifact = await store.get(ref);
    const lengths =
      planned.side === 'train' ? await readJson(store, artifact, lengthsName, PieceLengths) : {};
    return { planned, ref, meta: TokenPieceMeta.parse(artifact.meta), lengths };
  };
  for (let at = 0; at < plan.pieces.length; at += piecesAtOnce)
    yield* await inParallel(plan.pieces.slice(at, at + piecesAtOnce), piecesAtOnce, signal, read);
}
