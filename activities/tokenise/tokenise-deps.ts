import type { ArtifactStore } from '../artifacts/store.js';
import type { PoolJobs, ThreadPool } from '../threads/thread-pool.js';
import type { TokeniseJobs } from './jobs.js';
import type { TokenizerSources } from './tokenizer/resolve-tokenizer.js';

export interface TokeniseOptions {
  readonly store: ArtifactStore;
  readonly tokenizers: TokenizerSources;
  /**
   * The worker threads of this process. The output does not depend on how many there are. A thread takes
   * about 100 MB with Qwen's tokenizer.
   */
  readonly threads: ThreadPool;
  /**
   * Bytes of train.jsonl in a piece, at most; a bucket of the mix is never cut. Of a large mix, an eighth
   * of a partition.
   *
   * @default 8 MiB
   */
  readonly pieceBytes?: number;
}

/** What the tokenise activities share. */
export interface TokeniseDeps {
  readonly store: ArtifactStore;
  readonly tokenizers: TokenizerSources;
  readonly threads: ThreadPool;
  readonly pieceBytes: number | undefined;
  readonly jobs: PoolJobs<TokeniseJobs>;
}
