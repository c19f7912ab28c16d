import { availableCores } from '../../files/cores.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { ThreadPool, type PoolJobs } from '../threads/thread-pool.js';
import { BucketFiles } from './bucket/bucket-files.js';
import { ObjectBlobs } from './chunks/object-blobs.js';
import { FolderBlobs } from './download/folder-blobs.js';
import type { HubBlobs } from './download/hub-blobs.js';
import { HubClient } from './http/hub-client.js';
import { readHubConfig, type Environment } from './http/hub-config.js';
import { defaultTuning, type HubTuning } from './http/tuning.js';
import type { HubJobs } from './local/jobs.js';

/** Options of {@link createHubAccess}. */
export interface HubOptions {
  readonly store: ArtifactStore;
  /** Has `HF_ENDPOINT`, `HF_TOKEN` and the like. They are read again for every client. */
  readonly env: Environment;
  /** Called with every token that is read, so that it can be kept out of logs and errors. */
  readonly onToken?: (token: string) => void;
  readonly tuning?: Partial<HubTuning>;
  /** Threads that hash local files. @default own threads, one per core */
  readonly threads?: ThreadPool;
}

/** The Hub, and its files in this store. There is one per process, because downloads share connections. */
export interface HubAccess {
  readonly store: ArtifactStore;
  readonly blobs: HubBlobs;
  readonly buckets: BucketFiles;
  readonly threads: ThreadPool;
  readonly jobs: PoolJobs<HubJobs>;
  /**
   * A client with the present endpoint and token of the environment.
   *
   * @throws {HeadraceError} as {@link readHubConfig}.
   */
  readonly client: () => Promise<HubClient>;
}

/** The access to the Hub for this process. */
export function createHubAccess(options: HubOptions): HubAccess {
  const { store, env, onToken } = options;
  const tuning = { ...defaultTuning, ...options.tuning };
  const threads = options.threads ?? new ThreadPool(availableCores());
  return {
    store,
    blobs: blobsOf(store, tuning),
    buckets: new BucketFiles(store, env, tuning),
    threads,
    jobs: threads.jobs(new URL('./local/jobs.js', import.meta.url)),
    client: async () => {
      const config = await readHubConfig(env);
      if (config.token !== undefined) onToken?.(config.token);
      return new HubClient(config, tuning);
    },
  };
}

function blobsOf({ medium, workplace }: ArtifactStore, tuning: HubTuning): HubBlobs {
  return medium.kind === 'folder'
    ? new FolderBlobs(medium.root, tuning)
    : new ObjectBlobs(medium.objects, workplace, tuning);
}
