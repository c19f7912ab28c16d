import type { ArtifactStore } from '../artifacts/store.js';
import type { PoolJobs, ThreadPool } from '../threads/thread-pool.js';
import type { MixJobs } from './jobs.js';

export interface MixOptions {
  readonly store: ArtifactStore;
  /** The worker threads of this process. The output does not depend on how many there are. */
  readonly threads: ThreadPool;
  /**
   * Bytes of output in a bucket, at most, unless one line is longer. What comes out does not depend on it.
   *
   * @default 8 MiB
   */
  readonly bucketBytes?: number;
}

/** What the mix activities are given. */
export interface MixDeps {
  readonly store: ArtifactStore;
  readonly threads: ThreadPool;
  readonly bucketBytes: number;
  readonly jobs: PoolJobs<MixJobs>;
}
