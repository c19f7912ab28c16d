import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '../../activities/artifacts/store.js';
import { createTokeniseActivities } from '../../activities/tokenise/create-tokenise-activities.js';
import { createTrainActivities } from '../../activities/train/create-train-activities.js';
import { createTinkerAccess, developmentModelDir } from '../../activities/train/tinker-access.js';
import type { ArtifactRef, SegmentRecordRef } from '../../core/contracts.js';
import { Train } from '../../core/recipe.js';

export interface OurTraining {
  readonly dir: string;
  readonly file: string;
  readonly serverUrl: string;
  readonly model: string;
  readonly renderer: string;
  readonly maxTokens: number;
  readonly batchSize: number;
  readonly steps: number;
  readonly saveEvery: number;
  /** False: every segment loads the state before it, as after a crash. */
  readonly keepClient: boolean;
}

/** Trains with Headrace's activities, segment after segment, without Temporal between them. */
export async function trainOurs(given: OurTraining): Promise<void> {
  const store = await openStore(join(given.dir, 'store'));
  const bytes = await readFile(given.file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const lines = bytes.toString('utf8').split('\n').length - 1;
  const mix: ArtifactRef = { kind: 'mix', key: sha256 };
  await store.put({ kind: 'bucket', key: sha256 }, (dir) => writeFile(join(dir, 'lines.jsonl'), bytes));
  await store.put(mix, async (dir) => {
    await writeFile(join(dir, 'train.sources.bin'), Buffer.alloc(lines * 2));
    await writeFile(join(dir, 'heldout.sources.bin'), '');
    const none = { lines: 0, bytes: 0, sha256: createHash('sha256').digest('hex') };
    return {
      train: { lines, bytes: bytes.length, sha256 },
      heldout: none,
      parts: { train: [{ bucket: sha256, bytes: bytes.length }], heldout: [] },
      sources: ['bench'],
      plan: 'bench',
    };
  });
  const work = { signal: new AbortController().signal, progress: () => undefined };
  const train = Train.parse({
    base_model: given.model,
    renderer: given.renderer,
    lora: { rank: 8 },
    batch_size: given.batchSize,
    max_tokens: given.maxTokens,
    learning_rate: 1e-4,
    checkpoint_every: given.saveEvery,
    max_steps: given.steps,
  });
  const access = createTinkerAccess({
    env: { TINKER_BASE_URL: given.serverUrl, TINKER_API_KEY: 'tml-bench' },
  });
  const tokenise = createTokeniseActivities({
    store,
    threads: 1,
    tokenizers: { developmentModelDir: (name, signal) => developmentModelDir(access, name, signal) },
  });
  const { plan, pieces } = await tokenise.planTokens({ mix, train }, work);
  await tokenise.tokenisePieces({ plan, from: 0, to: pieces.at(-1)?.to ?? 0 }, work);
  const { tokens } = await tokenise.finishTokens({ plan }, work);
  let activities = createTrainActivities({ store, access });
  const training = await activities.planTraining({ name: 'bench', seed: 0, train, tokens }, work);
  let predecessor: SegmentRecordRef | null = null;
  for (let from = 0; from < training.totalSteps; from += given.saveEvery) {
    if (!given.keepClient && from > 0) {
      await activities.close();
      activities = createTrainActivities({ store, access });
    }
    const to = Math.min(from + given.saveEvery, training.totalSteps);
    const result = await activities.trainSegment({ plan: training.plan, from, to, predecessor }, work);
    predecessor = await activities.recordSegment(
      { plan: training.plan, out: join(given.dir, 'out'), predecessor, from, result },
      work,
    );
  }
  await activities.close();
}
