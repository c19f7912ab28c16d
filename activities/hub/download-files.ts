import type { DownloadFilesInput, DownloadFilesResult, SourceFile } from '../../core/contracts/source.js';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import { formatBytes } from '../../core/format.js';
import { downloadLabel } from '../../core/hub/download-label.js';
import { isRepositoryPath } from '../../core/hub/repository-path.js';
import type { WorkContext } from '../../core/progress.js';
import { inParallel } from '../threads/in-parallel.js';
import type { BlobListener, BlobOutcome } from './download/byte-account.js';
import type { HubAccess } from './hub-access.js';
import type { RepositoryCommit } from './http/repository.js';
import { readResolution } from './resolve/resolution.js';

/**
 * Downloads and verifies the files `[from, to)` of a Hub source. Files on this disk are not fetched again. A
 * retry continues from the durable bytes of all attempts.
 *
 * @throws {HeadraceError} HubUnavailableError, HashMismatchError, DiskFullError, HubFileNotFoundError,
 * RevisionNotFoundError, DatasetNotFoundError, GatedDatasetError, HubTokenMissingError, HubTokenInvalidError,
 * ArtifactMissingError, ArtifactCorruptError.
 */
export async function downloadFiles(
  hub: HubAccess,
  { resolution, from, to }: DownloadFilesInput,
  work: WorkContext,
): Promise<DownloadFilesResult> {
  const { meta, files: all } = await readResolution(hub.store, resolution);
  const files = all.slice(from, to);
  const bytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (meta.kind !== 'hub')
    return { files: files.length, bytes, fetchedBytes: 0, resumedBytes: 0, reusedFiles: files.length };
  const { dataset: id, commitSha } = meta;
  checkPaths(files);
  const progress = new DownloadProgress(downloadLabel(id, files), bytes, work);
  try {
    const outcomes = await fetchAll(hub, { kind: 'dataset', id, commitSha }, files, work.signal, progress);
    return {
      files: files.length,
      bytes,
      fetchedBytes: outcomes.reduce((sum, outcome) => sum + outcome.fetchedBytes, 0),
      resumedBytes: outcomes.reduce((sum, outcome) => sum + outcome.resumedBytes, 0),
      reusedFiles: outcomes.filter((outcome) => outcome.reused).length,
    };
  } finally {
    progress.close();
  }
}

/** The listing checks paths as well; the artifact is a file that anyone can edit. */
function checkPaths(files: readonly SourceFile[]): void {
  const unsafe = files.find((file) => !isRepositoryPath(file.path));
  if (unsafe === undefined) return;
  throw new HeadraceError('HubFileNotFoundError', `${JSON.stringify(unsafe.path)} is outside the repository`);
}

/** Fetches the files, some at a time. The first failure stops the others, which keep their durable bytes. */
async function fetchAll(
  hub: HubAccess,
  commit: RepositoryCommit,
  files: readonly SourceFile[],
  signal: AbortSignal,
  progress: DownloadProgress,
): Promise<readonly BlobOutcome[]> {
  const client = await hub.client();
  return await inParallel(files, client.tuning.filesAtOnce, signal, (file, stop) =>
    hub.blobs.fetch(client, { commit, file }, stop, progress.listener(file)),
  );
}

const reportEveryMs = 2000;

/**
 * The progress of one activity over its files. It is also reported at intervals: hashing and waiting add no
 * bytes.
 */
class DownloadProgress {
  readonly #label: string;
  readonly #total: number;
  readonly #work: WorkContext;
  readonly #timer: NodeJS.Timeout;
  #done = 0;
  #resumed = 0;

  constructor(label: string, total: number, work: WorkContext) {
    this.#label = label;
    this.#total = total;
    this.#work = work;
    this.#timer = setInterval(() => this.#report(), reportEveryMs);
    this.#report();
  }

  listener(file: SourceFile): BlobListener {
    return {
      had: (bytes) => {
        this.#done += bytes;
        if (bytes < file.sizeBytes) this.#resumed = Math.max(0, this.#resumed + bytes);
        this.#report();
      },
      fetched: (bytes) => {
        this.#done += bytes;
        this.#report();
      },
    };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #report(): void {
    const note = this.#resumed > 0 ? `resumed from ${formatBytes(this.#resumed)}` : undefined;
    const [label, done, total] = [this.#label, this.#done, this.#total];
    this.#work.progress({ stage: 'download', label, done, total, unit: 'bytes', ...defined({ note }) });
  }
}
