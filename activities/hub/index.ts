import type { ResolveSourceInput, SourceResolution } from '../../core/contracts/source.js';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import type { WorkContext } from '../../core/progress.js';
import type { WorkOf } from '../work.js';
import { downloadFiles } from './download-files.js';
import type { HubAccess } from './hub-access.js';
import { resolveLocal } from './local/resolve-local.js';
import { resolveHub } from './resolve/inspect-dataset.js';
import { noteUse } from './resolve/source-uses.js';

/** Sources to files: resolving and downloading. */
export type HubActivities = WorkOf<'resolveSource' | 'downloadFiles'>;

export function createHubActivities(hub: HubAccess): HubActivities {
  return {
    resolveSource: async (input, work) => {
      const found = await resolve(hub, input, work);
      await noteUse(hub.store, {
        out: input.out,
        source: input.source.name,
        resolution: found.resolution.key,
        ...defined({ dataset: found.dataset }),
        at: new Date().toISOString(),
      });
      return found;
    },
    downloadFiles: async (input, work) =>
      downloadFiles(hub.store, hub.blobs, await hub.client(), input, work),
  };
}

async function resolve(
  hub: HubAccess,
  { source, out, updateLock = false }: ResolveSourceInput,
  work: WorkContext,
): Promise<SourceResolution> {
  const { dataset, files } = source;
  if (dataset !== undefined)
    return resolveHub(hub.store, await hub.client(), { ...source, dataset }, { out, updateLock }, work);
  if (files !== undefined) return resolveLocal(hub.store, source.name, [files].flat(), work);
  throw new HeadraceError('RecipeError', `Source ${source.name} names neither files nor a dataset`);
}
