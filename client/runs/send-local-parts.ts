import { stat } from 'node:fs/promises';
import { importSource, type ImportOutcome } from '../../activities/hub/import/import-source.js';
import { storePlace } from '../../activities/artifacts/open-store.js';
import { isBucketPlace } from '../../activities/artifacts/s3/place.js';
import { sendLock } from '../../activities/hub/resolve/lock-place.js';
import { importTokenizer } from '../../activities/tokenise/tokenizer/imported-tokenizer.js';
import { isTokenizerFolder } from '../../activities/tokenise/tokenizer/resolve-tokenizer.js';
import { isBucketPattern } from '../../core/hub/bucket-pattern.js';
import { formatBytes, plural } from '../../core/format.js';
import type { Source } from '../../core/recipe.js';
import { ignoreMissing } from '../../files/errno.js';
import { openLocalWork } from '../local-work.js';
import type { LocalWork } from '../local-work.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import { say } from '../text/output.js';

type Access = Pick<LocalWork, 'store' | 'hub' | 'work'>;
type Log = (line: string) => void;

/**
 * Sends what a run needs of this machine to a store in a bucket: the folder of its tokenizer, and what
 * {@link sendSources} sends. Workers on other machines see none of it. Does nothing for a store in a folder,
 * whose workers are on this machine.
 *
 * @param log - called with a line about each part.
 * @throws {HeadraceError} TokenizerError where the folder has no tokenizer; as {@link sendSources}.
 */
export async function sendLocalParts(access: Access, recipe: ResolvedRecipe, log: Log): Promise<void> {
  await sendTokenizer(access, recipe, log);
  await sendSources(access, recipe, log);
}

/**
 * Sends what a mix needs of this machine to a store in a bucket: the local files of the recipe's sources, and
 * the lock that lies in its folder.
 *
 * @param log - called with a line about each source.
 * @throws {HeadraceError} FileNotFoundError, FileChangedError; RecipeError where the lock cannot be read;
 *   those of the store.
 */
export async function sendSources(access: Access, recipe: ResolvedRecipe, log: Log): Promise<void> {
  const { out, folder, sources } = recipe;
  if (access.store.medium.kind === 'folder') return;
  for (const source of sources) await sendFiles(access, out, source, log);
  if (folder !== undefined)
    await sendLock(access.store, { out, folder, sources: sources.map(({ name }) => name) });
}

/** Sends the files of one source of a run that is under way, with the store of the environment. */
export async function sendSource(out: string, source: Source): Promise<void> {
  if (source.files === undefined || !isBucketPlace(storePlace())) return;
  await sendFiles(await openLocalWork(), out, source, say);
}

/**
 * Sends the folder of the tokenizer of a run that is under way, with the store of the environment. Where this
 * machine does not have it, what was sent before stays.
 */
export async function sendTokenizerAgain(recipe: ResolvedRecipe): Promise<void> {
  const folder = tokenizerFolderOf(recipe);
  if (folder === undefined || !isBucketPlace(storePlace())) return;
  if ((await stat(folder).catch(ignoreMissing)) !== undefined)
    await sendTokenizer(await openLocalWork(), recipe, say);
  else say(`train.tokenizer: ${folder} is not on this machine; what was sent before stays`);
}

function tokenizerFolderOf({ train }: ResolvedRecipe): string | undefined {
  const tokenizer = train?.tokenizer;
  return tokenizer !== undefined && isTokenizerFolder(tokenizer) ? tokenizer : undefined;
}

async function sendTokenizer({ store, hub, work }: Access, recipe: ResolvedRecipe, log: Log): Promise<void> {
  const { medium } = store;
  const folder = tokenizerFolderOf(recipe);
  if (medium.kind === 'folder' || folder === undefined) return;
  const sent = await importTokenizer(hub, medium.objects, { folder, out: recipe.out }, work);
  log(sentText('train.tokenizer', sent, store.place));
}

async function sendFiles(
  { store, hub, work }: Access,
  out: string,
  { name, files }: Source,
  log: Log,
): Promise<void> {
  const { medium } = store;
  if (medium.kind === 'folder' || files === undefined) return;
  const patterns = [files].flat();
  if (patterns.some(isBucketPattern)) return;
  const sent = await importSource(hub, medium.objects, { name, patterns, out }, work);
  log(sentText(name, sent, store.place));
}

function sentText(what: string, { files, bytes, sentBytes }: ImportOutcome, place: string): string {
  const rest = sentBytes === 0 ? 'all there already' : `${formatBytes(sentBytes)} sent`;
  return `${what}: ${plural(files, 'file')}, ${formatBytes(bytes)} in ${place}; ${rest}`;
}
