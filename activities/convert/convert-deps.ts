import type { ArtifactStore } from '../artifacts/store.js';
import type { ConversionJobs } from './jobs.js';
import type { PoolJobs, ThreadPool } from '../threads/thread-pool.js';

/** Options of the conversion activities. */
export interface ConvertOptions {
  readonly store: ArtifactStore;
  /** The worker threads of this process. The output does not depend on how many there are. */
  readonly threads: ThreadPool;
  /**
   * Approximate bytes of input in a piece. The mix does not depend on it.
   *
   * @default 32 MiB, more for sources above a gigabyte: see core/mix/shuffle-sizes.ts
   */
  readonly pieceBytes?: number;
}

/** What the conversion activities use. */
export interface ConvertDeps {
  readonly store: ArtifactStore;
  readonly threads: ThreadPool;
  readonly pieceBytes: number | undefined;
  readonly jobs: PoolJobs<ConversionJobs>;
}
