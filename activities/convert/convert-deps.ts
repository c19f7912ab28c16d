import type { ArtifactStore } from '../artifacts/store.js';
import type { ConversionJobs } from './jobs.js';
import type { ThreadPool } from '../threads/thread-pool.js';

export interface ConvertOptions {
  readonly store: ArtifactStore;
  /** Worker threads. Results do not depend on it. */
  readonly threads: number;
  /**
   * Approximate bytes of input in a piece. The mix does not depend on it.
   *
   * @default 32 MiB
   */
  readonly pieceBytes?: number;
}

/** What the conversion activities use. */
export interface ConvertDeps {
  readonly store: ArtifactStore;
  readonly threads: number;
  readonly pieceBytes: number;
  readonly pool: ThreadPool<ConversionJobs>;
}
