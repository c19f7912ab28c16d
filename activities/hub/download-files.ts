import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import type { DownloadFilesInput, DownloadFilesResult } from '../../core/contracts/source.js';
import { downloadLabel } from '../../core/hub/download-label.js';
import { formatBytes } from '../../core/format.js';
import { isRepositoryPath } from '../../core/hub/repository-path.js';
import type { WorkContext } from '../../core/progress.js';
import { HeadraceError } from '../../core/errors.js';
import { readResolution } from './resolve/resolution.js';
import type { ArtifactStore } from '../artifacts/store.js';
import type { BlobStore } from './download/blob-store.js';
import type { HubClient } from './http/hub-client.js';

const aliveMs = 2000;

/**
 * Brings files `[from, to)` of a Hub source to this disk, complete and verified; files that are there cost nothing.
 * A retry goes on from the bytes on disk, whoever left them.
 *
 * @throws {HeadraceError} HubUnavailableError, HashMismatchError, DiskFullError, HubFileNotFoundError, GatedDatasetError,
 * HubTokenMissingError, HubTokenInvalidError, ArtifactMissingError.
 */
export async function downloadFiles(
  store: ArtifactStore,
  blobs: BlobStore,
  client: HubClient,
  input: DownloadFilesInput,
  work: WorkContext,
): Promise<DownloadFilesResult> {
  const { meta, files: all } = await readResolution(store, input.resolution);
  const files = all.slice(input.from, input.to);
  const bytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (meta.kind === 'local')
    return { files: files.length, bytes, fetchedBytes: 0, resumedBytes: 0, reusedFiles: files.length };
  const unsafe = files.find((file) => !isRepositoryPath(file.path));
  if (unsafe !== undefined)
    throw new HeadraceError(
      'HubFileNotFoundError',
      `${JSON.stringify(unsafe.path)} is outside the repository`,
    );

  const label = downloadLabel(meta.dataset, files);
  let done = 0;
  let resumed = 0;
  const report = (): void => {
    work.progress({
      stage: 'download',
      label,
      done,
      total: bytes,
      unit: 'bytes',
      ...(resumed > 0 ? { note: `resumed from ${formatBytes(resumed)}` } : {}),
    });
  };
  report();
  // Hashing and waiting bring no bytes, and the work is alive all the same.
  const alive = setInterval(report, aliveMs);
  const subject = { kind: 'dataset', id: meta.dataset, revision: meta.commitSha } as const;
  const together = pLimit(client.tuning.filesAtOnce);
  // The first failure stops the files that have not started; those under way keep what they have.
  const stop = new AbortController();
  const signal = AbortSignal.any([work.signal, stop.signal]);
  setMaxListeners(0, signal);
  const results = await Promise.allSettled(
    files.map((file) =>
      together(async () => {
        signal.throwIfAborted();
        try {
          return await blobs.bring(client, { subject, commitSha: meta.commitSha, file }, signal, {
            had: (had) => {
              done += had;
              if (had < file.sizeBytes) resumed = Math.max(0, resumed + had);
              report();
            },
            fetched: (fetched) => {
              done += fetched;
              report();
            },
          });
        } catch (error) {
          stop.abort(error);
          throw error;
        }
      }),
    ),
  );
  clearInterval(alive);
  work.signal.throwIfAborted();
  if (stop.signal.aborted) throw stop.signal.reason;
  const outcomes = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  return {
    files: files.length,
    bytes,
    fetchedBytes: outcomes.reduce((sum, outcome) => sum + outcome.fetchedBytes, 0),
    resumedBytes: outcomes.reduce((sum, outcome) => sum + outcome.resumedBytes, 0),
    reusedFiles: outcomes.filter((outcome) => outcome.reused).length,
  };
}
