import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SourceFile } from '../../../core/contracts/source.js';
import { HeadraceError } from '../../../core/errors.js';
import { stableJson } from '../../../core/stable-json.js';
import { editFile } from '../../../files/edit-file.js';
import { ignoreMissing } from '../../../files/errno.js';

/** One Hub source: the request of the recipe and its result, from which it can be reproduced. */
const LockedDataset = z.object({
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
export type LockedDataset = z.infer<typeof LockedDataset>;

/** An object of a bucket, in one version. */
const LockedObject = z.object({
  /** `s3://bucket/key`. */
  path: z.string().regex(/^s3:\/\/[^/]+\/./),
  sizeBytes: z.number(),
  etag: z.string(),
  /** Where the bucket keeps versions. */
  versionId: z.string().exactOptional(),
  /** Of the content, once it was read. */
  sha256: z.string().exactOptional(),
});
export type LockedObject = z.infer<typeof LockedObject>;

/** One source in buckets, as {@link LockedDataset}. */
const LockedObjects = z.object({
  /** As in the recipe. */
  asked: z.object({ files: z.array(z.string()) }),
  /** In reading order. */
  files: z.array(LockedObject).readonly(),
  /** Zero-byte objects, which are skipped. */
  emptyFiles: z.array(z.string()).readonly(),
});
export type LockedObjects = z.infer<typeof LockedObjects>;

/** One source. Local files have no entry: they are hashed in every run. */
export const LockedSource = z.union([LockedDataset, LockedObjects]);
export type LockedSource = z.infer<typeof LockedSource>;

/** The entry, where it is of a Hub source. */
export function datasetIn(entry: LockedSource | undefined): LockedDataset | undefined {
  return entry !== undefined && 'dataset' in entry ? entry : undefined;
}

/** The entry, where it is of a source in buckets. */
export function objectsIn(entry: LockedSource | undefined): LockedObjects | undefined {
  return entry !== undefined && !('dataset' in entry) ? entry : undefined;
}

/** `recipe.lock.json`: the sources of a recipe by name that are at the Hub or in buckets. */
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
export function isSameRequest<Asked extends LockedSource['asked']>(one: Asked, other: Asked): boolean {
  const plain = (request: Asked): string =>
    stableJson('dataset' in request ? { ...request, dataset: request.dataset.toLowerCase() } : request);
  return plain(one) === plain(other);
}

/**
 * Enters one source in the lock of `out`, or removes it. Safe while other sources are entered.
 *
 * @param entry - `undefined` removes the source.
 */
export async function lockSource(
  out: string,
  name: string,
  entry: LockedSource | undefined,
  signal: AbortSignal,
): Promise<void> {
  await editFile(join(out, recipeLockName), signal, async () => {
    const lock = await readRecipeLock(out);
    const { [name]: _before, ...others } = lock.sources;
    const sources = { ...others, ...(entry === undefined ? {} : { [name]: entry }) };
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
