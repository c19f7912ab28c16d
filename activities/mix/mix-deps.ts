import type { ArtifactStore } from '../artifacts/store.js';
import type { ThreadPool } from '../threads/thread-pool.js';
import type { MixJobs } from './jobs.js';

export interface MixOptions {
  readonly store: ArtifactStore;
  /** Worker threads; what is made does not depend on it. */
  readonly threads: number;
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
  readonly threads: number;
  readonly bucketBytes: number;
  readonly pool: ThreadPool<MixJobs>;
}
