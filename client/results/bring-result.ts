import { rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { partOf, removeRecord } from '../../activities/hub/download/durable-ranges.js';
import type { ObjectOutputs, ResultObject } from '../../activities/outputs/object-outputs.js';
import type { FileDigest } from '../../core/contracts/mix.js';
import { HeadraceError } from '../../core/errors.js';
import { ignoreMissing } from '../../files/errno.js';
import { namesIn } from '../../files/names-in.js';
import { sha256 } from '../../files/sha256.js';
import { fsyncPath } from '../../files/write-atomic.js';
import { digestOfFile } from './digest-of-file.js';
import { dropUnfinished, growFile } from './growing-file.js';

/** A result in the folder. */
export interface BroughtFile {
  readonly name: string;
  readonly bytes: number;
  /** `resumed`: an earlier try had fetched a part of it. */
  readonly how: 'fetched' | 'resumed' | 'already there';
  /** What was compared: the SHA-256 of manifest.json, or the size alone where the manifest has none. */
  readonly checked: 'sha256' | 'size';
}

export interface BringOptions {
  readonly folder: string;
  /** Of the file in manifest.json. */
  readonly digest: FileDigest | undefined;
  /** Sizes of the parts of the file, where the manifest has a digest over parts alone. */
  readonly partBytes: readonly number[];
  readonly segmentBytes: number;
  /** Called with the bytes that are fetched, then with those that are hashed. */
  readonly onBytes: (doing: 'download' | 'hash', bytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Brings one result into a folder. It appears there under its name when it is whole and its SHA-256 is right;
 * before, it has a name that begins with a dot, from which the next try continues.
 *
 * @throws {HeadraceError} ArtifactCorruptError where the bytes are not those of the manifest.
 */
export async function bringResult(
  outputs: ObjectOutputs,
  object: ResultObject,
  options: BringOptions,
): Promise<BroughtFile> {
  const { folder, digest, onBytes } = options;
  const { name, sizeBytes: bytes } = object;
  const brought = { name, bytes, checked: digest === undefined ? 'size' : 'sha256' } as const;
  const path = await unfinishedPath(object, folder);
  if (await isThere(object, options)) {
    await dropUnfinished(path);
    return { ...brought, how: 'already there' };
  }
  const part = partOf(path);
  const grow = { ...options, onBytes: (fetched: number): void => onBytes('download', fetched) };
  // Without a digest nothing would tell that an earlier try has left wrong bytes.
  if (digest === undefined) await dropUnfinished(path);
  const kept = await growFile(outputs, object, path, grow);
  if (!(await isRight(part, options))) {
    await dropUnfinished(path);
    await growFile(outputs, object, path, grow);
    if (!(await isRight(part, options))) {
      await dropUnfinished(path);
      throw wrongBytes(outputs, object);
    }
  }
  await utimes(part, object.at, object.at);
  await rename(part, join(folder, name));
  await fsyncPath(folder);
  await removeRecord(path);
  return { ...brought, how: kept > 0 ? 'resumed' : 'fetched' };
}

/** Of clocks, and of times of objects, which count seconds. */
const uncertainMs = 60_000;

/**
 * Whether the folder has the file: by its bytes, or without a digest by size and time. A file that was
 * fetched shortly after its object was written does not count: the object may have been replaced in the same
 * second.
 */
async function isThere({ name, sizeBytes, at }: ResultObject, options: BringOptions): Promise<boolean> {
  const path = join(options.folder, name);
  const found = await stat(path).catch(ignoreMissing);
  if (found?.size !== sizeBytes) return false;
  if (options.digest === undefined)
    return Math.trunc(found.mtimeMs) === at.getTime() && found.ctimeMs - at.getTime() > uncertainMs;
  return await isRight(path, options);
}

async function isRight(path: string, { digest, partBytes, onBytes, signal }: BringOptions): Promise<boolean> {
  if (digest === undefined) return true;
  const found = await digestOfFile(path, partBytes, (bytes) => onBytes('hash', bytes), signal);
  return digest.sha256 === null ? found.partsSha256 === digest.parts_sha256 : found.sha256 === digest.sha256;
}

/** The path whose unfinished file is of this version. Those of other versions are removed. */
async function unfinishedPath({ name, etag, sizeBytes }: ResultObject, folder: string): Promise<string> {
  const version = sha256(`${etag} ${sizeBytes}`).toString('hex', 0, 6);
  const [start, own] = [`.${name}.`, `.${name}.${version}`];
  for (const other of await namesIn(folder))
    if (other.startsWith(start) && /\.part(\.ranges)?$/.test(other) && !other.startsWith(own))
      await rm(join(folder, other), { force: true });
  return join(folder, own);
}

function wrongBytes(outputs: ObjectOutputs, { name }: ResultObject): HeadraceError {
  return new HeadraceError(
    'ArtifactCorruptError',
    `${outputs.placeOf(name)} does not have the SHA-256 that ${outputs.placeOf('manifest.json')} names, and did not when it was fetched again`,
    {
      remedy:
        'Where the run is under way, it writes its results: run the command again when it has ended. Else start the run again: it writes them anew, and makes again only what is missing.',
    },
  );
}
