import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { createHubAccess, type HubAccess } from '../../activities/hub/hub-access.js';
import { createHubActivities, type HubActivities } from '../../activities/hub/index.js';
import type { HubTuning } from '../../activities/hub/http/tuning.js';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import { openStore } from '../../activities/artifacts/open-store.js';
import { batchAt, batchCount } from '../../core/batches.js';
import type { DownloadFilesResult, SourceResolution } from '../../core/contracts/source.js';
import type { Progress, WorkContext } from '../../core/progress.js';
import { Source } from '../../core/recipe.js';
import { startHub, type Hub, type HubOptions } from '../../dev/hub/index.js';
import { temporaryFolder } from './folder.js';

/** Short waits, small flushes and chunks: faults and kills show within milliseconds and kilobytes. */
export const quick: Partial<HubTuning> = {
  retryMs: 5,
  stallMs: 10_000,
  flushBytes: 128_000,
  flushMs: 50,
  rangeBytes: 1_000_000,
  chunkBytes: 1_000_000,
};

const tokens = { hf_demo: 'demo', hf_ann: 'ann', hf_pat: 'pat' };

/** Bytes that look random and are the same every time. */
export function someBytes(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

export interface Fixture {
  readonly dir: string;
  readonly hub: Hub;
  readonly store: ArtifactStore;
  readonly out: string;
  /** Everything that was reported, in order. */
  readonly progress: Progress[];
  readonly work: WorkContext;
  access(env?: Readonly<Record<string, string>>, tuning?: Partial<HubTuning>): HubAccess;
  activities(env?: Readonly<Record<string, string>>, tuning?: Partial<HubTuning>): HubActivities;
  /** Adds files under `<root>/`. */
  add(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
}

/** A Hub with the given files, an empty store, and activities that talk to it. */
export async function startFixture(
  context: TestContext,
  files: Readonly<Record<string, string | Uint8Array>>,
  options: Partial<HubOptions> = {},
): Promise<Fixture> {
  const dir = await temporaryFolder(context);
  const root = join(dir, 'hub');
  const add: Fixture['add'] = async (added) => {
    for (const [path, content] of Object.entries(added)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
  };
  await add(files);
  const hub = await startHub({ root, tokens, ...options });
  context.after(() => hub.close());
  const store = await openStore(join(dir, 'store'));
  const progress: Progress[] = [];
  const access: Fixture['access'] = (env = {}, tuning = {}) =>
    createHubAccess({
      store,
      env: { HF_ENDPOINT: hub.url, HF_HOME: join(dir, 'no-home'), ...env },
      tuning: { ...quick, ...tuning },
    });
  return {
    dir,
    hub,
    store,
    out: join(dir, 'out'),
    progress,
    work: { signal: new AbortController().signal, progress: (entry) => progress.push(entry) },
    access,
    activities: (env, tuning) => createHubActivities(access(env, tuning)),
    add,
  };
}

export function sourceOf(fields: Readonly<Record<string, unknown>>): Source {
  return Source.parse({ name: 'corpus', ...fields });
}

/** Resolves a source of the fixture. */
export function resolve(
  fixture: Fixture,
  fields: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>> = {},
): Promise<SourceResolution> {
  const input = { source: sourceOf(fields), out: fixture.out };
  return fixture.activities(env).resolveSource(input, fixture.work);
}

/** Downloads every batch of a resolution, one after another. */
export async function downloadAll(
  fixture: Fixture,
  activities: HubActivities,
  { resolution, downloads }: SourceResolution,
): Promise<DownloadFilesResult[]> {
  const results: DownloadFilesResult[] = [];
  for (let index = 0; index < batchCount(downloads); index += 1)
    results.push(await activities.downloadFiles({ resolution, ...batchAt(downloads, index) }, fixture.work));
  return results;
}
