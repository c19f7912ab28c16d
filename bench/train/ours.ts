import { join } from 'node:path';
import { ThreadPool } from '../../activities/threads/thread-pool.js';
import { openStore } from '../../activities/artifacts/open-store.js';
import { createHubAccess } from '../../activities/hub/hub-access.js';
import { createHubActivities } from '../../activities/hub/index.js';
import { mixSources } from '../../client/mix/mix-sources.js';
import { createTokeniseActivities } from '../../activities/tokenise/index.js';
import { createTrainActivities } from '../../activities/train/index.js';
import { LiveClients } from '../../activities/train/server/live-clients.js';
import { createTinkerAccess, developmentModelDir } from '../../activities/train/server/tinker-access.js';
import type { SegmentRecordRef } from '../../core/contracts/training.js';
import { Source, Train } from '../../core/recipe.js';

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
  const work = { signal: new AbortController().signal, progress: () => undefined };
  const out = join(given.dir, 'out');
  const source = Source.parse({ name: 'bench', files: given.file });
  const { resolution } = await createHubActivities(createHubAccess({ store, env: {} })).resolveSource(
    { source, out },
    work,
  );
  const { plan: mixPlan } = await mixSources(
    { seed: 0, sources: [source], heldout: { fraction: 0 }, mix: {} },
    { store, threads: new ThreadPool(1), out, resolutions: new Map([[source.name, resolution]]), work },
  );
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
    threads: new ThreadPool(1),
    tokenizers: { developmentModelDir: (name, signal) => developmentModelDir(access, name, signal) },
  });
  const wanted = { train, startedOn: '2026-11-28', out };
  const tokenizer = await tokenise.chooseTokenizer(wanted, work);
  const { plan, pieces } = await tokenise.planTokens({ ...wanted, mixPlan, tokenizer }, work);
  await tokenise.tokenisePieces({ plan, from: 0, to: pieces.items }, work);
  const { tokens } = await tokenise.finishTokens({ plan }, work);
  const live = new LiveClients();
  const activities = createTrainActivities({ store, access, live });
  const training = await activities.planTraining({ name: 'bench', seed: 0, train, tokens }, work);
  let predecessor: SegmentRecordRef | null = null;
  for (let from = 0; from < training.totalSteps; from += given.saveEvery) {
    if (!given.keepClient) await live.close();
    const to = Math.min(from + given.saveEvery, training.totalSteps);
    const result = await activities.trainSegment({ plan: training.plan, from, to, predecessor }, work);
    predecessor = await activities.recordSegment(
      { plan: training.plan, out, predecessor, from, result },
      work,
    );
  }
  await live.close();
}
