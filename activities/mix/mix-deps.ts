import type { ArtifactStore } from '../artifacts/store.js';
import type { PoolJobs, ThreadPool } from '../threads/thread-pool.js';
import type { MixJobs } from './jobs.js';

/** Options of the mix activities. */
export interface MixOptions {
  readonly store: ArtifactStore;
  /** The worker threads of this process. The output does not depend on how many there are. */
  readonly threads: ThreadPool;
  /**
   * The most bytes of output in a bucket, unless one line is longer. The results do not depend on it.
   *
   * @default 8 MiB
   */
  readonly bucketBytes?: number;
  /**
   * Bytes of lines and their entries in a partition, about. The results do not depend on it.
   *
   * @default 32 MiB, more above a gigabyte: see core/mix/shuffle-sizes.ts
   */
  readonly partitionBytes?: number;
}

/** What the mix activities use. */
export interface MixDeps {
  readonly store: ArtifactStore;
  readonly threads: ThreadPool;
  readonly bucketBytes: number;
  readonly partitionBytes: number | undefined;
  readonly jobs: PoolJobs<MixJobs>;
}
