import { stat } from 'node:fs/promises';
import { noBatches } from '../../../core/batches.js';
import type { SourceFile, SourceResolution } from '../../../core/contracts/source.js';
import { HeadraceError } from '../../../core/errors.js';
import { listOf } from '../../../core/hub/data-files.js';
import type { WorkContext } from '../../../core/progress.js';
import type { HubAccess } from '../hub-access.js';
import { inParallel } from '../../threads/in-parallel.js';
import { findLocalFiles } from '../local/find-local-files.js';
import { digestLocalFile } from '../local/local-digest.js';
import { emptyNotes } from './empty-notes.js';
import { putResolution } from './resolution.js';

/**
 * Pins the local files of a source: their paths, and the SHA-256 of each.
 *
 * @throws {HeadraceError} FileNotFoundError, FileChangedError.
 */
export async function resolveLocal(
  hub: HubAccess,
  name: string,
  patterns: readonly string[],
  work: WorkContext,
): Promise<SourceResolution> {
  const { paths, empty } = await findLocalFiles(patterns);
  if (paths.length === 0)
    throw new HeadraceError(
      'FileNotFoundError',
      empty.length === 1
        ? `${listOf(empty)} is empty (0 bytes), and there is no other file`
        : `All ${empty.length} files of ${listOf(patterns)} are empty (0 bytes): ${listOf(empty)}`,
    );
  const files = await digestFiles(hub, name, paths, work);
  return {
    name,
    resolution: await putResolution(hub.store, { kind: 'local' }, { files, emptyFiles: empty }),
    kind: 'local',
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    emptyFiles: empty.length,
    downloads: noBatches,
    notes: emptyNotes(empty),
  };
}

async function digestFiles(
  hub: HubAccess,
  label: string,
  paths: readonly string[],
  work: WorkContext,
): Promise<SourceFile[]> {
  let total = 0;
  for (const path of paths) total += (await stat(path)).size;
  let done = 0;
  const onBytes = (bytes: number): void => {
    done += bytes;
    work.progress({ stage: 'resolve', label, done, total, unit: 'bytes', note: 'hashing' });
  };
  return await inParallel(paths, hub.threads.size, work.signal, (path, signal) =>
    digestLocalFile(hub, path, signal, onBytes),
  );
}
