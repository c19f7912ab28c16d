import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lostObject } from '../../activities/artifacts/s3/lost-object.js';
import type { ObjectOutputs, ResultObject } from '../../activities/outputs/object-outputs.js';
import type { FileDigest } from '../../core/contracts/mix.js';
import { HeadraceError } from '../../core/errors.js';
import type { Progress } from '../../core/progress.js';
import { FileLock } from '../../files/file-lock.js';
import { asDiskFull } from '../../files/room.js';
import { bringResult, type BroughtFile } from './bring-result.js';
import { expectedDigests } from './expected-digests.js';
import { defaultSegmentBytes } from './growing-file.js';

/** What was brought. */
export interface Brought {
  /** Where the results are from. */
  readonly from: string;
  readonly folder: string;
  /** The manifest is the last. */
  readonly files: readonly BroughtFile[];
  /** False where the store has no manifest.json yet, which a run writes after the mix. */
  readonly hasMix: boolean;
  /** Objects beside the results which are none of them, each with the reason. */
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
}

export interface BringResultsOptions {
  /** An absolute path; made where it is missing. */
  readonly folder: string;
  /** The sizes of the parts of train.jsonl or heldout.jsonl, in order: asked for above 64 GB only. */
  readonly partsOf: (name: string) => Promise<readonly number[]>;
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
  /** Bytes of one request. @default 16 MiB */
  readonly segmentBytes?: number;
}

const manifestName = 'manifest.json';

/**
 * Brings the results of a run from the store into a folder, and checks those of the mix by the digests in
 * manifest.json. What is there already stays; what an earlier try has begun continues.
 *
 * @throws {HeadraceError} UsageError where there are none, or another process brings them there;
 *   DiskFullError, ArtifactCorruptError, ArtifactMissingError; those of the store.
 */
export async function bringResults(
  outputs: ObjectOutputs,
  options: BringResultsOptions,
): Promise<Brought> {
  const { folder } = options;
  const manifest = await outputs.read(manifestName);
  const digests =
    manifest === undefined ? undefined : expectedDigests(manifest, outputs.placeOf(manifestName));
  const { objects, skipped } = await resultsIn(outputs, digests);
  const lacking = [...(digests?.keys() ?? [])].find((name) => !objects.some((each) => each.name === name));
  if (lacking !== undefined) throw lostObject(`${outputs.placeOf(lacking)} is gone`);
  await makeFolder(folder);
  const lock = await FileLock.tryTake(join(folder, '.headrace-get'));
  if (lock === undefined)
    throw new HeadraceError('UsageError', `Another process brings results into ${folder}`, {
      remedy: 'Wait for its end, or name another folder with --to.',
    });
  try {
    const files: BroughtFile[] = [];
    for (const object of objects) files.push(await bringOne(outputs, object, digests?.get(object.name), options));
    return { from: outputs.placeOf(''), folder, files, hasMix: digests !== undefined, skipped };
  } catch (error) {
    throw asDiskFull(error, folder);
  } finally {
    await lock.release();
  }
}

async function bringOne(
  outputs: ObjectOutputs,
  object: ResultObject,
  digest: FileDigest | undefined,
  { folder, partsOf, onProgress, signal, segmentBytes = defaultSegmentBytes }: BringResultsOptions,
): Promise<BroughtFile> {
  const partBytes = digest?.sha256 === null ? await partsOf(object.name) : [];
  return await bringResult(outputs, object, {
    folder,
    digest,
    partBytes,
    segmentBytes,
    onBytes: (doing, done) =>
      onProgress({
        stage: 'download',
        label: doing === 'hash' ? `${object.name}, SHA-256` : object.name,
        done,
        total: object.sizeBytes,
        unit: 'bytes',
      }),
    signal,
  });
}

/** The results in the store, the manifest last, and what is none of them. */
async function resultsIn(
  outputs: ObjectOutputs,
  digests: ReadonlyMap<string, FileDigest> | undefined,
): Promise<{ readonly objects: readonly ResultObject[]; readonly skipped: Brought['skipped'] }> {
  const objects: ResultObject[] = [];
  const skipped: { readonly name: string; readonly why: string }[] = [];
  for await (const object of outputs.list()) {
    const why = whyNot(object.name, digests);
    if (why === undefined) objects.push(object);
    else skipped.push({ name: object.name, why });
  }
  if (objects.length === 0)
    throw new HeadraceError('UsageError', `There are no results in ${outputs.placeOf('')} yet`, {
      remedy: '`npx headrace status RUN` shows what the run does.',
    });
  const rank = ({ name }: ResultObject): number => Number(name === manifestName);
  objects.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
  return { objects, skipped };
}

function whyNot(name: string, digests: ReadonlyMap<string, FileDigest> | undefined): string | undefined {
  // A key may be any text: it must not name a file elsewhere.
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) return 'its name is not one that a run writes';
  const isOfMix = /^(train|heldout)\b.*\.jsonl$/.test(name);
  if (digests !== undefined && isOfMix && !digests.has(name)) return 'manifest.json does not name it: it is older';
  return undefined;
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new HeadraceError('UsageError', `The folder ${folder} cannot be made`, {
      remedy: 'Name another one with --to DIR.',
      cause: error,
    });
  }
}
