import { availableParallelism } from 'node:os';
import type { ArtifactStore } from '../artifacts/store.js';
import { ThreadPool, type PoolJobs } from '../threads/thread-pool.js';
import { BlobStore } from './download/blob-store.js';
import { HubClient } from './http/hub-client.js';
import { readHubConfig, type Environment } from './http/hub-config.js';
import { defaultTuning, type HubTuning } from './http/tuning.js';
import type { HubJobs } from './local/jobs.js';

export interface HubOptions {
  readonly store: ArtifactStore;
  /** Holds `HF_ENDPOINT`, `HF_TOKEN` and the like. They are read anew for every call. */
  readonly env: Environment;
  /** Called with every token that is read, so that it can be kept out of logs and errors. */
  readonly onToken?: (token: string) => void;
  readonly tuning?: Partial<HubTuning>;
  /** Hash local files. @default threads of its own, one a core */
  readonly threads?: ThreadPool;
}

/** The Hub, and what this store has of it. One a process, as downloads share its connections. */
export interface HubAccess {
  readonly store: ArtifactStore;
  readonly blobs: BlobStore;
  readonly threads: ThreadPool;
  readonly jobs: PoolJobs<HubJobs>;
  /**
   * A client with the endpoint and token that the environment has now.
   *
   * @throws {HeadraceError} as {@link readHubConfig}.
   */
  readonly client: () => Promise<HubClient>;
}

export function createHubAccess(options: HubOptions): HubAccess {
  const { store, env, onToken } = options;
  const tuning = { ...defaultTuning, ...options.tuning };
  const threads = options.threads ?? new ThreadPool(availableParallelism());
  return {
    store,
    blobs: new BlobStore(store, tuning),
    threads,
    jobs: threads.jobs(new URL('./local/jobs.js', import.meta.url)),
    client: async () => {
      const config = await readHubConfig(env);
      if (config.token !== undefined) onToken?.(config.token);
      return new HubClient(config, tuning);
    },
  };
}
