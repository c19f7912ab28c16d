import type { SourceResolution } from '../../../core/contracts/source.js';
import { HeadraceError } from '../../../core/errors.js';
import { listOf } from '../../../core/hub/data-files.js';
import type { WorkContext } from '../../../core/progress.js';
import type { Objects } from '../../artifacts/s3/objects.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import type { HubAccess } from '../hub-access.js';
import { digestLocalFiles, localResolution, type DigestedFiles } from '../resolve/resolve-local.js';
import { putResolution, readResolution } from '../resolve/resolution.js';
import { importFile } from './import-file.js';
import { importedFiles, noteImport, type ImportedSource } from './imports.js';

/** What an import did. */
export interface ImportOutcome {
  readonly files: number;
  readonly bytes: number;
  /** Bytes that were sent; the store had the others. */
  readonly sentBytes: number;
}

/**
 * Puts the local files of a source into a store in a bucket, where every worker can read them. For the
 * process that sees the files: it reads the patterns on its own disk. Bytes that the store has are not sent
 * again.
 *
 * @throws {HeadraceError} FileNotFoundError, FileChangedError, those of {@link Objects}.
 */
export async function importSource(
  hub: HubAccess,
  objects: Objects,
  source: ImportedSource,
  work: WorkContext,
): Promise<ImportOutcome> {
  const found = await digestLocalFiles(hub, source.name, source.patterns, work);
  return await importDigested(hub, objects, source, found, work);
}

/**
 * Puts files into a store in a bucket, and notes them as those of a source.
 *
 * @throws {HeadraceError} FileChangedError, those of {@link Objects}.
 */
export async function importDigested(
  hub: HubAccess,
  objects: Objects,
  source: ImportedSource,
  { files, emptyFiles }: DigestedFiles,
  work: WorkContext,
): Promise<ImportOutcome> {
  const total = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  let [done, sentBytes] = [0, 0];
  const had = (bytes: number): void => {
    done += bytes;
    work.progress({ stage: 'resolve', label: source.name, done, total, unit: 'bytes', note: 'importing' });
  };
  const sent = (bytes: number): void => {
    sentBytes += bytes;
    had(bytes);
  };
  for (const file of files) await importFile(objects, file, work.signal, { had, sent });
  // The time of a file's change means something on its own machine only.
  const listed = files.map(({ path, sizeBytes, sha256 }) => ({ path, sizeBytes, sha256 }));
  const resolution = await putResolution(hub.store, { kind: 'imported' }, { files: listed, emptyFiles });
  await noteImport(hub.store, source, resolution);
  return { files: files.length, bytes: total, sentBytes };
}

/**
 * The local files of a source as a client has imported them.
 *
 * @throws {HeadraceError} FileNotFoundError where none has; ArtifactMissingError, ArtifactCorruptError.
 */
export async function resolveImported(
  store: ArtifactStore,
  source: ImportedSource,
): Promise<SourceResolution> {
  const ref = await importedFiles(store, source);
  if (ref === undefined)
    throw new HeadraceError(
      'FileNotFoundError',
      `The local files ${listOf(source.patterns)} of the source ${source.name} are not in the store ${store.place}`,
      {
        remedy:
          'Run `headrace start` or `headrace retry-source` on the machine that has the files: it imports them.',
      },
    );
  return localResolution(source.name, ref, await readResolution(store, ref));
}
