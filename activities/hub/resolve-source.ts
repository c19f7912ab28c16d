import type { ResolveSourceInput, SourceResolution } from '../../core/contracts/source.js';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import { isBucketPattern } from '../../core/hub/bucket-pattern.js';
import type { WorkContext } from '../../core/progress.js';
import { resolveBucket } from './bucket/resolve-bucket.js';
import type { HubAccess } from './hub-access.js';
import { resolveDataset } from './resolve/resolve-dataset.js';
import { resolveImported } from './import/import-source.js';
import { resolveLocal } from './resolve/resolve-local.js';
import { noteUse } from './resolve/source-uses.js';

/**
 * The files of a source, pinned by commit, version or hash. Downloads nothing of the Hub, and copies objects
 * of buckets. Stores a `resolution` artifact, enters what is no local file in `recipe.lock.json`, and
 * records the use for `headrace cache`. Safe to repeat.
 *
 * @throws {HeadraceError} as {@link resolveDataset}, {@link resolveLocal}, {@link resolveImported} and
 * {@link resolveBucket}; RecipeError where the source names no files.
 */
export async function resolveSource(
  hub: HubAccess,
  input: ResolveSourceInput,
  work: WorkContext,
): Promise<SourceResolution> {
  const found = await resolve(hub, input, work);
  await noteUse(hub.store, {
    out: input.out,
    source: input.source.name,
    resolution: found.resolution.key,
    ...defined({ dataset: found.dataset }),
    at: new Date().toISOString(),
  });
  return found;
}

async function resolve(
  hub: HubAccess,
  input: ResolveSourceInput,
  work: WorkContext,
): Promise<SourceResolution> {
  const { name, dataset, files } = input.source;
  if (dataset !== undefined)
    return resolveDataset(hub, await hub.client(), { ...input.source, dataset }, input, work);
  if (files !== undefined) {
    const patterns = [files].flat();
    if (patterns.every(isBucketPattern)) return resolveBucket(hub, { name, patterns }, input, work);
    if (hub.store.medium.kind === 'folder') return resolveLocal(hub, name, patterns, work);
    return resolveImported(hub.store, { out: input.out, name, patterns });
  }
  throw new HeadraceError('RecipeError', `Source ${name} names neither files nor a dataset`);
}
