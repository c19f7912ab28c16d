import pLimit from 'p-limit';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import { freeBytes } from '../../files/room.js';
import { failed, passed, warned } from './checks.js';
import type { Check } from './checks.js';
import { HeadraceError } from '../../core/errors.js';
import { formatBytes } from '../../core/format.js';
import type { LocalWork } from '../local-work.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import { checkSource } from './check-source.js';
import type { CheckedSource, SourceSize } from './check-source.js';

const sourcesAtOnce = 4;

/** Returns the checks of each source, then that of the disk, which needs all their sizes. */
export function checkSources(
  local: LocalWork,
  recipe: ResolvedRecipe | undefined,
): Promise<readonly Check[]>[] {
  const limit = pLimit(sourcesAtOnce);
  const sources =
    recipe?.sources.map((source) => limit(async () => await checkSource(local, recipe, source))) ?? [];
  const disk = async (): Promise<Check[]> => [await checkDisk(local.store, await Promise.all(sources))];
  return [...sources.map(async (source) => (await source).checks), disk()];
}

/** The converted pieces and the mix are each about as large as the text of the sources. */
const copiesOfText = 2;

async function checkDisk(
  { medium, place, workplace: { root } }: ArtifactStore,
  sources: readonly CheckedSource[],
): Promise<Check> {
  const sizes = sources.flatMap(({ size }) => (size === undefined ? [] : [size]));
  const sum = (of: keyof SourceSize): number => sizes.reduce((total, size) => total + size[of], 0);
  const missing = sum('missingBytes');
  const free = await freeBytes(root);
  const unknown = sources.filter(({ size }) => size === undefined).map(({ name }) => name);
  const without = unknown.length === 0 ? '' : `, without ${unknown.join(', ')}`;
  if (medium.kind === 'objects')
    return passed(
      'disk',
      `${formatBytes(free)} free on the disk of ${root}, which holds copies; ${formatBytes(missing)} to download into ${place}${without}`,
    );
  const message = `${formatBytes(free)} free on the disk of ${root}, ${formatBytes(missing)} to download${without}`;
  const remedy = 'Free disk space, or set HEADRACE_STORE to another disk.';
  if (free < missing) return failed('disk', new HeadraceError('DiskFullError', message, { remedy }));
  const needed = missing + copiesOfText * sum('bytes');
  return free < needed
    ? warned('disk', `${message}; with conversion and mix a run may need ${formatBytes(needed)}`, remedy)
    : passed('disk', message);
}
