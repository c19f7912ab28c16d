import { stat } from 'node:fs/promises';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import type { ResolveSourceInput, SourceFile } from '../../../core/contracts/source.js';
import { HeadraceError } from '../../../core/errors.js';
import type { WorkContext } from '../../../core/progress.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { findLocalFiles } from '../local/find-local-files.js';
import type { HubClient } from '../http/hub-client.js';
import { filesOnDisk } from '../download/files-on-disk.js';
import { hubRangeReader, localRangeReader, type RangeReader } from '../download/range-reader.js';
import { lookAtHub } from './inspect-dataset.js';
import { putResolution } from './put-resolution.js';
import { emptyNote, resolveLocal } from '../local/resolve-local.js';

/** One file of a source, and a way to its bytes before it is downloaded. */
export interface InspectedFile {
  readonly file: SourceFile;
  /** Where its bytes are, where they are all on this disk. */
  readonly path: string | undefined;
  /** Bytes on this disk: all, of an unfinished download, or none. */
  readonly haveBytes: number;
  /** Reads from this disk or, by range requests, from the Hub. */
  readonly read: RangeReader;
}

/** What a source has, found without downloading, locking or storing anything. */
export interface SourceInspection {
  readonly name: string;
  readonly kind: 'local' | 'hub';
  /** Canonical id; Hub sources only. */
  readonly dataset?: string;
  readonly commitSha?: string;
  readonly config?: string;
  readonly split?: string;
  /** In reading order, without those of zero bytes. */
  readonly files: readonly InspectedFile[];
  readonly emptyFiles: readonly string[];
  /** Sentences for the user. */
  readonly notes: readonly string[];
}

/**
 * Looks at a source of a recipe as resolving would.
 *
 * @throws {HeadraceError} as resolving does.
 */
export async function inspectSource(
  store: ArtifactStore,
  client: () => Promise<HubClient>,
  { source, out, updateLock = false }: ResolveSourceInput,
  work: WorkContext,
): Promise<SourceInspection> {
  const { name, dataset, files } = source;
  if (dataset !== undefined) {
    const hub = await client();
    const look = await lookAtHub(store, hub, { ...source, dataset }, { out, updateLock }, work);
    const { subject, commitSha, config, split, emptyFiles, notes } = look;
    const there = await filesOnDisk(store, subject.id, look.files);
    return {
      name,
      kind: 'hub',
      dataset: subject.id,
      commitSha,
      config,
      split,
      files: there.map(({ file, path, haveBytes, isWhole }) =>
        isWhole
          ? { file, path, haveBytes, read: localRangeReader(path) }
          : {
              file,
              path: undefined,
              haveBytes,
              read: hubRangeReader(hub, subject, commitSha, file, work.signal),
            },
      ),
      emptyFiles,
      notes,
    };
  }
  if (files === undefined)
    throw new HeadraceError('RecipeError', `Source ${name} names neither files nor a dataset`);
  const { paths, empty } = await findLocalFiles([files].flat());
  const found: InspectedFile[] = [];
  for (const path of paths) {
    const sizeBytes = (await stat(path)).size;
    found.push({ file: { path, sizeBytes }, path, haveBytes: sizeBytes, read: localRangeReader(path) });
  }
  return { name, kind: 'local', files: found, emptyFiles: empty, notes: emptyNote(empty) };
}

/**
 * Keeps what an inspection found as the resolution that a run would make of it; the lock stays as it is. Local files are
 * read for their hashes.
 *
 * @throws {HeadraceError} FileNotFoundError, FileChangedError.
 */
export async function storeInspection(
  store: ArtifactStore,
  { name, dataset, commitSha, config, split, files, emptyFiles }: SourceInspection,
  work: WorkContext,
): Promise<ArtifactRef> {
  const listed = files.map(({ file }) => file);
  if (dataset === undefined || commitSha === undefined || config === undefined || split === undefined)
    return (await resolveLocal(store, name, [...listed.map(({ path }) => path), ...emptyFiles], work))
      .resolution;
  const meta = { kind: 'hub', dataset, commitSha, config, split } as const;
  return putResolution(store, meta, { files: listed, emptyFiles });
}
