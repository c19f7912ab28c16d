import { importSource } from '../../activities/hub/import/import-source.js';
import { storePlace } from '../../activities/artifacts/open-store.js';
import { isBucketPlace } from '../../activities/artifacts/s3/place.js';
import { sendLock } from '../../activities/hub/resolve/lock-place.js';
import { isBucketPattern } from '../../core/hub/bucket-pattern.js';
import { requireSharedTokenizer } from '../../activities/tokenise/tokenizer/require-shared.js';
import { formatBytes, plural } from '../../core/format.js';
import type { Source } from '../../core/recipe.js';
import { openLocalWork } from '../local-work.js';
import type { LocalWork } from '../local-work.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import { say } from '../text/output.js';

type Access = Pick<LocalWork, 'store' | 'hub' | 'work'>;

/**
 * Sends what a run needs of this machine to a store in a bucket: the local files of the recipe's sources, and
 * the lock that lies in its folder. Workers on other machines see neither. Does nothing for a store in a
 * folder, whose workers are on this machine.
 *
 * @param log - called with a line about each source.
 * @throws {HeadraceError} TokenizerError where the tokenizer is a folder; FileNotFoundError,
 *   FileChangedError; RecipeError where the lock cannot be read; those of the store.
 */
export async function sendLocalParts(
  access: Access,
  recipe: ResolvedRecipe,
  log: (line: string) => void,
): Promise<void> {
  const { out, folder, sources, train } = recipe;
  requireSharedTokenizer(access.store, train?.tokenizer);
  if (access.store.medium.kind === 'folder') return;
  for (const source of sources) await sendFiles(access, out, source, log);
  if (folder !== undefined)
    await sendLock(access.store, { out, folder, sources: sources.map(({ name }) => name) });
}

/**
 * As {@link sendLocalParts}, for the files of one source of a run that is under way, with the store of the
 * environment.
 */
export async function sendSource(out: string, source: Source): Promise<void> {
  if (source.files === undefined || !isBucketPlace(storePlace())) return;
  await sendFiles(await openLocalWork(), out, source, say);
}

async function sendFiles(
  { store, hub, work }: Access,
  out: string,
  { name, files }: Source,
  log: (line: string) => void,
): Promise<void> {
  const { medium } = store;
  if (medium.kind === 'folder' || files === undefined) return;
  const patterns = [files].flat();
  if (patterns.some(isBucketPattern)) return;
  const sent = await importSource(hub, medium.objects, { name, patterns, out }, work);
  const what = `${plural(sent.files, 'file')}, ${formatBytes(sent.bytes)}`;
  const rest = sent.sentBytes === 0 ? 'all there already' : `${formatBytes(sent.sentBytes)} sent`;
  log(`${name}: ${what} in ${store.place}; ${rest}`);
}
