import { HeadraceError } from '../../core/errors.js';
import { isBucketPlace } from '../artifacts/s3/place.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { FolderOutputs } from './folder-outputs.js';
import { ObjectOutputs } from './object-outputs.js';

/** The results of a run by their names: files of a folder, or objects of the store. */
export interface Outputs {
  /** For people: an absolute path, or `s3://…`. */
  placeOf(name: string): string;
  /**
   * Replaces a result as a whole.
   *
   * @throws {HeadraceError} DiskFullError; those of the store.
   */
  write(name: string, text: string): Promise<void>;
  /** Replaces a result as a whole by the content of a file of this disk. */
  copy(name: string, path: string): Promise<void>;
  /** The text of a result of at most 64 MiB; `undefined` where there is none. */
  read(name: string): Promise<string | undefined>;
  /** The bytes of a result from its start, block by block; none where there is none. */
  blocks(name: string, signal?: AbortSignal): AsyncIterable<Buffer>;
}

/**
 * The results at `out`, the place that the recipe of a run names.
 *
 * @param out - an absolute path for a store in a folder; below `<store>/` for a store in a bucket, as its
 *   workers share no folder.
 * @throws {HeadraceError} RecipeError where the store cannot have results there.
 */
export function openOutputs(
  store: Pick<ArtifactStore, 'medium' | 'place'>,
  out: string,
): FolderOutputs | ObjectOutputs {
  const { medium, place } = store;
  if (medium.kind === 'folder' && !isBucketPlace(out)) return new FolderOutputs(out);
  if (medium.kind === 'objects' && out.startsWith(`${place}/`))
    return new ObjectOutputs(medium.objects, out.slice(place.length + 1));
  throw new HeadraceError('RecipeError', `With the store ${place} there can be no results in ${out}`, {
    remedy:
      medium.kind === 'folder'
        ? 'Set HEADRACE_STORE to the bucket of `out`, or `out` to a folder.'
        : 'Set HEADRACE_STORE also where the run is started: its results are then in the store, and `npx headrace get` brings them into a folder.',
  });
}
