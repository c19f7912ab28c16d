import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SourceFile } from '../../../core/contracts/source.js';
import { HeadraceError } from '../../../core/errors.js';
import { stableJson } from '../../../core/stable-json.js';
import { editFile } from '../../../files/edit-file.js';
import { ignoreMissing } from '../../../files/errno.js';

/** One Hub source: the request of the recipe and its result, from which it can be reproduced. */
export const LockedSource = z.object({
  /** As in the recipe; `null` where it has no such key. */
  asked: z.object({
    dataset: z.string(),
    revision: z.string().nullable(),
    config: z.string().nullable(),
    split: z.string().nullable(),
    data_files: z.array(z.string()).nullable(),
  }),
  /** Canonical id. */
  dataset: z.string(),
  commit: z.string(),
  config: z.string(),
  split: z.string(),
  /** In reading order, with the hash that the Hub announced. */
  files: z.array(SourceFile).readonly(),
  /** Zero-byte files of the split, which are skipped. */
  emptyFiles: z.array(z.string()).readonly(),
});
export type LockedSource = z.infer<typeof LockedSource>;

/** `recipe.lock.json`: the Hub sources of a recipe by name. */
const RecipeLock = z.object({ version: z.literal(1), sources: z.record(z.string(), LockedSource) });
export type RecipeLock = z.infer<typeof RecipeLock>;

export const recipeLockName = 'recipe.lock.json';

/**
 * The lock in the folder `out`; an empty one where there is none.
 *
 * @throws {HeadraceError} RecipeError where the file is not a lock: an empty lock would unpin every source.
 */
export async function readRecipeLock(out: string): Promise<RecipeLock> {
  return (await findRecipeLock(out)) ?? { version: 1, sources: {} };
}

/**
 * The lock in a folder; `undefined` where there is none.
 *
 * @throws {HeadraceError} as {@link readRecipeLock}.
 */
export async function findRecipeLock(folder: string): Promise<RecipeLock | undefined> {
  const path = join(folder, recipeLockName);
  const text = await readFile(path, 'utf8').catch(ignoreMissing);
  return text === undefined ? undefined : parseRecipeLock(text, path);
}

function parseRecipeLock(text: string, path: string): RecipeLock {
  try {
    return RecipeLock.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new HeadraceError('RecipeError', `${path} cannot be read as a lock: ${why}`, {
      remedy: 'Restore it from version control, or delete it to resolve every source again.',
    });
  }
}

/** Whether two requests are the same. Ids are compared without case, as at the Hub. */
export function isSameRequest(one: LockedSource['asked'], other: LockedSource['asked']): boolean {
  const plain = (request: LockedSource['asked']): string =>
    stableJson({ ...request, dataset: request.dataset.toLowerCase() });
  return plain(one) === plain(other);
}

/** Enters one source in the lock of `out`. Safe while other sources are entered. */
export async function lockSource(
  out: string,
  name: string,
  entry: LockedSource,
  signal: AbortSignal,
): Promise<void> {
  await editFile(join(out, recipeLockName), signal, async () => {
    const lock = await readRecipeLock(out);
    const sources = { ...lock.sources, [name]: entry };
    if (stableJson(sources) === stableJson(lock.sources)) return undefined;
    return lockText({ version: 1, sources });
  });
}

/** The text of a lock: a file on one line, so that a lock of 50,000 files can be read and compared. */
export function lockText(lock: RecipeLock): string {
  const sorted: unknown = JSON.parse(stableJson(lock));
  const files: string[] = [];
  const text = JSON.stringify(
    sorted,
    (_, value: unknown) =>
      SourceFile.safeParse(value).success ? `\0${files.push(JSON.stringify(value)) - 1}` : value,
    2,
  );
  return `${text.replace(/"\\u0000(\d+)"/g, (_, index: string) => files[Number(index)] ?? '')}\n`;
}
