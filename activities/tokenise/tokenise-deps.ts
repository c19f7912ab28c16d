import type { ArtifactStore } from '../artifacts/store.js';
import type { ThreadPool } from '../threads/thread-pool.js';
import type { TokeniseJobs } from './jobs.js';
import type { TokenizerSources } from './tokenizer/resolve-tokenizer.js';

export interface TokeniseOptions {
  readonly store: ArtifactStore;
  readonly tokenizers: TokenizerSources;
  /** Worker threads; what is made does not depend on it. A thread takes about 250 MB with Qwen's tokenizer. */
  readonly threads: number;
  /**
   * Bytes of train.jsonl in a piece, at most.
   *
   * @default 8 MiB
   */
  readonly pieceBytes?: number;
}

/** What the tokenise activities are given. */
export interface TokeniseDeps {
  readonly store: ArtifactStore;
  readonly tokenizers: TokenizerSources;
  readonly threads: number;
  readonly pieceBytes: number;
  readonly pool: ThreadPool<TokeniseJobs>;
}
