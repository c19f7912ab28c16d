import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { LengthReport, TokensResult } from '../../core/contracts/tokens.js';
import type { WorkContext } from '../../core/progress.js';
import { stepsPerEpoch, totalSteps } from '../../core/training/steps.js';
import { artifactKey, type ArtifactStore } from '../artifacts/store.js';
import { LengthTally } from './pieces/length-report.js';
import { datumTokens, TokenPieceMeta, TokenRows } from './pieces/token-piece.js';
import { piecesName, readTokenPlan, tokenPieceRef, tokeniseVersion } from './pieces/token-plan.js';
import type { ReadTokenPlan } from './pieces/token-plan.js';
import type { TokensMeta, TokensPieces } from './pieces/tokens-artifact.js';
import type { TokeniseDeps } from './tokenise-deps.js';
import { readTokenizerFiles, writeTokenizerFiles } from './tokenizer/tokenizer-files.js';

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
      await writeTokenizerFiles(await readTokenizerFiles(plan.artifact.dir), dir);
      return meta;
    });
  const rule = {
    trainedRows: meta.trainedRows,
    batchSize: plan.batchSize,
    epochs: plan.epochs,
    maxSteps: plan.maxSteps ?? undefined,
  };
  return {
    tokens,
    rows: meta.rows,
    trainedRows: meta.trainedRows,
    totalTokens: meta.tokens,
    trainedTokens: meta.trainedTokens,
    tokensPerEpoch: meta.tokensPerEpoch,
    stepsPerEpoch: stepsPerEpoch(rule),
    totalSteps: totalSteps(rule),
    lengths,
    untrained: { renderer: meta.tokenisation.renderer, sources: meta.untrained },
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
  const counts = { rows: 0, trainedRows: 0, tokens: 0, trainedTokens: 0, tokensPerEpoch: 0, heldoutRows: 0 };
  for (const planned of plan.pieces) {
    signal.throwIfAborted();
    const ref = tokenPieceRef(plan, planned);
    const artifact = await store.get(ref);
    const meta = TokenPieceMeta.parse(artifact.meta);
    pieces.push({ side: planned.side, key: ref.key, firstLine: planned.firstLine, rows: meta.rows });
    hashes[planned.side].update(`${meta.rows} ${meta.sha256}\n`);
    if (planned.side === 'heldout') {
      counts.heldoutRows += meta.rows;
      continue;
    }
    counts.rows += meta.rows;
    counts.trainedRows += meta.trainedRows;
    counts.tokens += meta.tokens;
    counts.trainedTokens += meta.trainedTokens;
    for (const [source, parts] of Object.entries(meta.untrainedParts))
      tallies[Number(source)]?.addParts(parts);
    for (const row of await TokenRows.read(artifact)) {
      tallies[row.source]?.add(row);
      counts.tokensPerEpoch += datumTokens(row);
    }
  }
  const { tokenisation, tokenizer, sources } = plan;
  const digests = { train: hashes.train.digest('hex'), heldout: hashes.heldout.digest('hex') };
  const untrained = sources.flatMap((source, at) => tallies[at]?.untrained(source) ?? []);
  return {
    meta: { tokenisation, tokenizer, sources, digests, ...counts, untrained },
    pieces,
    lengths: sources.map((source, at) => (tallies[at] ?? new LengthTally()).report(source)),
  };
}
