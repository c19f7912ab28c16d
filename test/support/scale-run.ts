import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createConvertActivities } from '../../activities/convert/index.js';
import { createHubAccess } from '../../activities/hub/hub-access.js';
import { importSource } from '../../activities/hub/import/import-source.js';
import { createHubActivities } from '../../activities/hub/index.js';
import { createMixActivities } from '../../activities/mix/index.js';
import { createTokeniseActivities } from '../../activities/tokenise/index.js';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import type { ThreadPool } from '../../activities/threads/thread-pool.js';
import { parseRecipe } from '../../client/recipe/recipe-file.js';
import { batchAt, batchCount } from '../../core/batches.js';
import type { ArtifactRef, Batches } from '../../core/contracts/artifact.js';
import type { MixResult } from '../../core/contracts/mix.js';
import type { ForecastStage } from '../../core/forecast/forecast.js';
import type { ForecastInput } from '../../core/forecast/shape.js';
import type { ResolvedRecipe } from '../../client/recipe/recipe-file.js';
import { quietWork } from './work.js';

/** What is run: one source of JSON Lines, up to its tokens. */
function scaleRecipe(paths: readonly string[]): ResolvedRecipe {
  return parseRecipe(
    JSON.stringify({
      name: 'scale',
      seed: 17,
      sources: [{ name: 'chats', files: paths, format: 'messages', max_reject_fraction: 0.1 }],
      heldout: { fraction: 0.01 },
      train: {
        base_model: 'thinkingmachines/Inkling',
        batch_size: 128,
        max_tokens: 8192,
        epochs: 1,
        learning_rate: 0.0001,
      },
    }),
    'scale',
  );
}

/** What {@link runUpToMix} has made. */
export interface MixedFiles {
  readonly result: MixResult;
  /** Conversations. */
  readonly converted: number;
  /** Of kind `mix-plan`. */
  readonly mixPlan: ArtifactRef;
}

/**
 * The activities of a run from its files to its mix, batch after batch as the workflows schedule them, in
 * this process.
 *
 * @param out - where the results go.
 * @param onStage - called at the end of each stage.
 */
export async function runUpToMix(
  store: ArtifactStore,
  paths: readonly string[],
  out: string,
  threads: ThreadPool,
  onStage: (stage: ForecastStage) => void = () => undefined,
): Promise<MixedFiles> {
  const work = quietWork();
  const { sources, seed, heldout, mix: mixOptions } = scaleRecipe(paths);
  const [source] = sources;
  if (source === undefined) throw new Error('The recipe has a source');
  const access = createHubAccess({ store, env: {}, threads });
  const { name } = source;
  if (store.medium.kind === 'objects')
    await importSource(access, store.medium.objects, { name, patterns: paths, out }, work);
  const hub = createHubActivities(access);
  const convert = createConvertActivities({ store, threads });
  const mix = createMixActivities({ store, threads });
  const { resolution } = await hub.resolveSource({ source, out }, work);
  onStage('bring');
  const conversion = await convert.planConversion({ source, resolution, seed }, work);
  onStage('plan');
  const { plan } = conversion;
  await inBatches(conversion.pieces, (range) => convert.convertPieces({ plan, ...range }, work));
  const { summary, converted } = await convert.summariseSource({ plan, maxRejectFraction: 0.1 }, work);
  onStage('convert');
  const mixSource = { source, resolution, plan, summary };
  const planned = await mix.planMix({ seed, sources: [mixSource], heldout, mix: mixOptions }, work);
  const mixed = { plan: planned.plan };
  await inBatches(planned.partitions, (range) => mix.countPartitions({ ...mixed, ...range }, work));
  await mix.decideMix(mixed, work);
  onStage('plan the mix');
  await inBatches(planned.partitions, (range) => mix.writePartitions({ ...mixed, ...range }, work));
  onStage('write the mix');
  const result = await mix.finishMix({ ...mixed, out }, work);
  onStage('finish the mix');
  return { result, converted, mixPlan: planned.plan };
}

/**
 * As {@link runUpToMix}, and on to the tokens.
 *
 * @returns what the run was, for a forecast of it.
 */
export async function runUpToTokens(
  store: ArtifactStore,
  paths: readonly string[],
  out: string,
  threads: ThreadPool,
  onStage: (stage: ForecastStage) => void = () => undefined,
): Promise<ForecastInput> {
  const work = quietWork();
  const { heldout, train } = scaleRecipe(paths);
  if (train === undefined) throw new Error('The recipe has a training');
  const { result, converted, mixPlan } = await runUpToMix(store, paths, out, threads, onStage);
  const tokens = createTokeniseActivities({ store, threads, tokenizers: {} });
  const wanted = { train, startedOn: '2026-11-28', out };
  const tokenizer = await tokens.chooseTokenizer(wanted, work);
  const tokenPlan = await tokens.planTokens({ ...wanted, mixPlan, tokenizer }, work);
  await inBatches(tokenPlan.pieces, (range) =>
    tokens.tokenisePieces({ plan: tokenPlan.plan, ...range }, work),
  );
  const { totalTokens } = await tokens.finishTokens({ plan: tokenPlan.plan }, work);
  onStage('tokenise');
  const files = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  const lineBytes = result.train.bytes + result.heldout.bytes;
  return {
    sources: [{ files, lines: converted, lineBytes }],
    heldoutFraction: heldout.fraction,
    workers: 1,
    isDetected: false,
    tokens: { perByte: totalTokens / result.train.bytes, tokenizerBytes: inklingBytes },
  };
}

/** Of its vocabulary. */
const inklingBytes = 3_613_922;

async function inBatches(
  batches: Batches,
  activity: (range: { readonly from: number; readonly to: number }) => Promise<unknown>,
): Promise<void> {
  for (let index = 0; index < batchCount(batches); index += 1) await activity(batchAt(batches, index));
}

/** Writes equal files of at most a million conversations of about two kilobytes, no two alike. */
export async function writeChats(dir: string, bytes: number, files = 1): Promise<readonly string[]> {
  const paths = Array.from({ length: files }, (_, file) => join(dir, `chats-${file}.jsonl`));
  for (const [file, path] of paths.entries())
    await pipeline(Readable.from(chats(bytes / files, file * 1_000_000)), createWriteStream(path));
  return paths;
}

function* chats(bytes: number, firstRow: number): Generator<string> {
  for (let [row, written] = [firstRow, 0]; written < bytes; row += 1) {
    const line = `{"messages":[{"role":"user","content":"Count from ${row}."},{"role":"assistant","content":"${`${row} and then `.repeat(128)}"}]}\n`;
    written += line.length;
    yield line;
  }
}
