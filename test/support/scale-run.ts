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
import type { Batches } from '../../core/contracts/artifact.js';
import type { ForecastStage } from '../../core/forecast/forecast.js';
import type { ForecastInput } from '../../core/forecast/shape.js';
import type { ResolvedRecipe } from '../../client/recipe/recipe-file.js';
import { quietWork } from './work.js';

/** What is run: one source of JSON Lines, up to its tokens. */
export function scaleRecipe(path: string): ResolvedRecipe {
  return parseRecipe(
    JSON.stringify({
      name: 'scale',
      seed: 17,
      sources: [{ name: 'chats', files: path, format: 'messages', max_reject_fraction: 0.1 }],
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

/**
 * The activities of a run from its files to its tokens, batch after batch as the workflows schedule them, in
 * this process.
 *
 * @param onStage - called at the end of each stage.
 * @returns what the run was, for a forecast of it.
 */
export async function runUpToTokens(
  store: ArtifactStore,
  path: string,
  out: string,
  threads: ThreadPool,
  onStage: (stage: ForecastStage) => void = () => undefined,
): Promise<ForecastInput> {
  const work = quietWork();
  const { sources, seed, heldout, mix: mixOptions, train } = scaleRecipe(path);
  const [source] = sources;
  if (source === undefined || train === undefined) throw new Error('The recipe has a source and a training');
  const access = createHubAccess({ store, env: {}, threads });
  const { name } = source;
  if (store.medium.kind === 'objects')
    await importSource(access, store.medium.objects, { name, patterns: [path], out }, work);
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
  const tokens = createTokeniseActivities({ store, threads, tokenizers: {} });
  const toTokenise = { mix: result.mix, train, startedOn: '2026-11-28', out };
  const tokenPlan = await tokens.planTokens(toTokenise, work);
  await inBatches(tokenPlan.pieces, (range) =>
    tokens.tokenisePieces({ plan: tokenPlan.plan, ...range }, work),
  );
  const { totalTokens } = await tokens.finishTokens({ plan: tokenPlan.plan }, work);
  onStage('tokenise');
  const lineBytes = result.train.bytes + result.heldout.bytes;
  return {
    sources: [{ files: [(await stat(path)).size], lines: converted, lineBytes }],
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

/** Writes a file of conversations of about two kilobytes, no two alike. Returns its path. */
export async function writeChats(dir: string, bytes: number): Promise<string> {
  const path = join(dir, 'chats.jsonl');
  await pipeline(Readable.from(chats(bytes)), createWriteStream(path));
  return path;
}

function* chats(bytes: number): Generator<string> {
  for (let [row, written] = [0, 0]; written < bytes; row += 1) {
    const line = `{"messages":[{"role":"user","content":"Count from ${row}."},{"role":"assistant","content":"${`${row} and then `.repeat(128)}"}]}\n`;
    written += line.length;
    yield line;
  }
}
