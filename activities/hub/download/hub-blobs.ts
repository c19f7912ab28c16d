import type { SourceFile } from '../../../core/contracts/source.js';
import type { HubClient } from '../http/hub-client.js';
import type { CommitFile, RepositoryCommit } from '../http/repository.js';
import type { BlobListener, BlobOutcome } from './byte-account.js';

/**
 * The Hub files of a store, by content. There is one per process: its downloads share connections and
 * threads. `store.bring` makes the files local.
 */
export interface HubBlobs {
  /**
   * Downloads a file to the store and verifies it.
   *
   * @throws {HeadraceError} HashMismatchError, DiskFullError, HubUnavailableError, ArtifactCorruptError; what
   * the Hub's refusal means.
   */
  fetch(
    client: HubClient,
    wanted: CommitFile,
    signal: AbortSignal,
    listener: BlobListener,
  ): Promise<BlobOutcome>;
  /** How much of each file the store has, complete or begun. */
  held(commit: RepositoryCommit, files: readonly SourceFile[]): Promise<HeldFile[]>;
}

/** How much of a Hub file a store has. */
export interface HeldFile {
  readonly file: SourceFile;
  readonly haveBytes: number;
  /** Complete and verified. */
  readonly isWhole: boolean;
}
