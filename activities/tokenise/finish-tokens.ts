import { createHash } from 'node:crypto';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { TokensResult } from '../../core/contracts/tokens.js';
import type { WorkContext } from '../../core/progress.js';
import { stepsPerEpoch, totalSteps } from '../../core/training/steps.js';
import { isMissing } from '../../files/errno.js';
import { artifactKey } from '../artifacts/store.js';
import { LengthTally } from './pieces/length-report.js';
import { TokenPieceMeta, TokenRows } from './pieces/token-piece.js';
import { readTokenPlan, tokenPieceRef, tokeniseVersion } from './pieces/token-plan.js';
import type { TokeniseDeps } from './tokenise-deps.js';
import type { TokensMeta, TokensPieces } from './pieces/tokens-artifact.js';

/**
 * Puts the pieces together: counts, lengths by source, and the number of steps they make.
 *
 * @throws {HeadraceError} ArtifactMissingError, where a piece is not there.
 */
export async function finishTokens(
  deps: TokeniseDeps,
  input: { readonly plan: ArtifactRef },
  work: WorkContext,
): Promise<TokensResult> {
  const plan = await readTokenPlan(deps.store, input.plan);
  const pieces: z.infer<typeof TokensPieces> = [];
  const tallies = plan.sources.map(() => new LengthTally());
  const hashes = { train: createHash('sha256'), heldout: createHash('sha256') };
  const counts = { rows: 0, trainedRows: 0, tokens: 0, trainedTokens: 0, heldoutRows: 0 };
  const refusals: Record<string, number> = {};
  for (const planned of plan.pieces) {
    work.signal.throwIfAborted();
    const ref = tokenPieceRef(plan, planned);
    const artifact = await deps.store.get(ref);
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
    for (const [reason, rows] of Object.entries(meta.refusals))
      refusals[reason] = (refusals[reason] ?? 0) + rows;
    const rows = await TokenRows.read(artifact);
    for (let at = 0; at < rows.count; at += 1) {
      const row = rows.at(at);
      tallies[row.source]?.add(row);
    }
  }
  const meta: TokensMeta = {
    tokenisation: plan.tokenisation,
    tokenizer: plan.tokenizer,
    sources: plan.sources,
    digests: { train: hashes.train.digest('hex'), heldout: hashes.heldout.digest('hex') },
    ...counts,
    refusals,
  };
  const tokens: ArtifactRef = {
    kind: 'tokens',
    key: artifactKey('tokens', tokeniseVersion, { ...meta, pieces }),
  };
  if ((await deps.store.find(tokens)) === undefined)
    await deps.store.put(tokens, async (dir) => {
      await writeFile(join(dir, 'pieces.json'), JSON.stringify(pieces));
      for (const file of ['tokenizer.json', 'tokenizer_config.json'])
        await copyFile(plan.artifact.path(file), join(dir, file)).catch((error: unknown) => {
          if (!isMissing(error)) throw error;
        });
      return meta;
    });
  const rule = {
    trainedRows: counts.trainedRows,
    batchSize: plan.batchSize,
    epochs: plan.epochs,
    maxSteps: plan.maxSteps ?? undefined,
  };
  return {
    tokens,
    rows: counts.rows,
    trainedRows: counts.trainedRows,
    totalTokens: counts.tokens,
    trainedTokens: counts.trainedTokens,
    stepsPerEpoch: stepsPerEpoch(rule),
    totalSteps: totalSteps(rule),
    lengths: plan.sources.map((source, at) => (tallies[at] ?? new LengthTally()).report(source)),
  };
}
