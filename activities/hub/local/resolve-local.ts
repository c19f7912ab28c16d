import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { SourceFile, SourceResolution } from '../../../core/contracts/source.js';
import { HeadraceError } from '../../../core/errors.js';
import { listOf } from '../../../core/hub/split-files.js';
import type { WorkContext } from '../../../core/progress.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { digestLocalFile } from './local-digest.js';
import { inParallel } from '../../threads/in-parallel.js';
import { findLocalFiles } from './find-local-files.js';
import { putResolution } from '../resolve/put-resolution.js';

/**
 * Pins the local files of a source: which they are, and the SHA-256 of each.
 *
 * @throws {HeadraceError} FileNotFoundError, FileChangedError.
 */
export async function resolveLocal(
  store: ArtifactStore,
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
  let total = 0;
  for (const path of paths) total += (await stat(path)).size;
  let done = 0;
  const files: SourceFile[] = [];
  await inParallel([...paths.entries()], availableParallelism(), work.signal, async ([at, path], signal) => {
    files[at] = await digestLocalFile(store, path, signal, (bytes) => {
      done += bytes;
      work.progress({ stage: 'resolve', label: name, done, total, unit: 'bytes', note: 'hashing' });
    });
  });
  const resolution = await putResolution(store, { kind: 'local' }, { files, emptyFiles: empty });
  return {
    name,
    resolution,
    kind: 'local',
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    emptyFiles: empty.length,
    downloads: [],
    notes: emptyNote(empty),
  };
}

/** One sentence on the files that were skipped, or none. */
export function emptyNote(empty: readonly string[]): string[] {
  if (empty.length === 0) return [];
  const what = empty.length === 1 ? '1 empty file (0 bytes) is' : `${empty.length} empty files (0 bytes) are`;
  return [`${what} skipped: ${listOf(empty.map((path) => path.slice(path.lastIndexOf('/') + 1)))}`];
}
