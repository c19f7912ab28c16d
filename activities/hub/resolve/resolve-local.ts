import { stat } from 'node:fs/promises';
import { noBatches } from '../../../core/batches.js';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import type { SourceResolution } from '../../../core/contracts/source.js';
import { HeadraceError } from '../../../core/errors.js';
import { listOf } from '../../../core/hub/data-files.js';
import type { WorkContext } from '../../../core/progress.js';
import { inParallel } from '../../threads/in-parallel.js';
import type { HubAccess } from '../hub-access.js';
import { findLocalFiles } from '../local/find-local-files.js';
import { digestLocalFile, type DigestedFile } from '../local/local-digest.js';
import { emptyNotes } from './empty-notes.js';
import { putResolution, type ResolutionListing } from './resolution.js';

/**
 * Pins the local files of a source: their paths, and the SHA-256 of each.
 *
 * @throws {HeadraceError} as {@link digestLocalFiles}.
 */
export async function resolveLocal(
  hub: HubAccess,
  name: string,
  patterns: readonly string[],
  work: WorkContext,
): Promise<SourceResolution> {
  const listing = await digestLocalFiles(hub, name, patterns, work);
  return localResolution(name, await putResolution(hub.store, { kind: 'local' }, listing), listing);
}

/** The result of resolving local files, also of those that a client has imported. */
export function localResolution(
  name: string,
  resolution: ArtifactRef,
  { files, emptyFiles }: ResolutionListing,
): SourceResolution {
  return {
    name,
    resolution,
    kind: 'local',
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    emptyFiles: emptyFiles.length,
    downloads: noBatches,
    notes: emptyNotes(emptyFiles),
  };
}

/** Local files with their SHA-256, and those of zero bytes. */
export interface DigestedFiles {
  readonly files: readonly DigestedFile[];
  readonly emptyFiles: readonly string[];
}

/**
 * Finds the files that patterns match, and hashes them.
 *
 * @param label - of the progress.
 * @throws {HeadraceError} FileNotFoundError, also where all files are empty; FileChangedError.
 */
export async function digestLocalFiles(
  hub: HubAccess,
  label: string,
  patterns: readonly string[],
  work: WorkContext,
): Promise<DigestedFiles> {
  const { paths, empty } = await findLocalFiles(patterns);
  if (paths.length === 0)
    throw new HeadraceError(
      'FileNotFoundError',
      empty.length === 1
        ? `${listOf(empty)} is empty (0 bytes), and there is no other file`
        : `All ${empty.length} files of ${listOf(patterns)} are empty (0 bytes): ${listOf(empty)}`,
    );
  return { files: await digestAll(hub, label, paths, work), emptyFiles: empty };
}

/**
 * Hashes local files.
 *
 * @param label - of the progress.
 * @throws {HeadraceError} FileNotFoundError, FileChangedError.
 */
export async function digestAll(
  hub: HubAccess,
  label: string,
  paths: readonly string[],
  work: WorkContext,
): Promise<DigestedFile[]> {
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
