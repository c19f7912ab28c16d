import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeadraceError } from '../../../core/errors.js';
import { bytesOf } from '../../../core/hub/ranges.js';
import { ignoreMissing } from '../../../files/errno.js';
import { FileLock } from '../../../files/file-lock.js';
import { asDiskFull, checkRoom } from '../../../files/room.js';
import { writeFileAtomic } from '../../../files/write-atomic.js';
import { oidOf } from './hub-blob.js';
import { ByteAccount, type BlobListener, type BlobOutcome } from './byte-account.js';
import { durableRanges, partOf } from './durable-ranges.js';
import { fetchMissing, type BlobRequest } from './fetch-missing.js';
import { fetchSmall, smallBytes } from './fetch-small.js';
import type { FileHasher, GrowingHash } from './file-hasher.js';
import { isBlobThere } from './files-on-disk.js';
import { mismatch } from './mismatch.js';
import { PartFile } from './part-file.js';

const pollMs = 200;
/** A second wrong hash, after all bytes were fetched again, means that the Hub's bytes are wrong. */
const mostFailedChecks = 2;

/**
 * Downloads a file to `path` over several connections, without the durable bytes of earlier attempts. The
 * file gets its name after its hash is checked. After a wrong hash every byte is fetched once more. While
 * another process fetches the same file, this one waits for it. Small files are fetched as {@link fetchSmall}
 * does.
 *
 * @throws {HeadraceError} HashMismatchError, DiskFullError, HubUnavailableError, ArtifactCorruptError where
 * the part is a link; HubRefusal; the signal's reason.
 */
export async function downloadBlob(
  request: BlobRequest,
  hasher: FileHasher,
  signal: AbortSignal,
  listener: BlobListener,
): Promise<BlobOutcome> {
  const { path, file } = request;
  const account = new ByteAccount(listener);
  try {
    await mkdir(dirname(path), { recursive: true });
    if (file.sizeBytes <= smallBytes) {
      await checkRoom(dirname(path), file.path, file.sizeBytes);
      await writeFileAtomic(path, await fetchSmall(request, signal, account));
      return account.outcome(file.sizeBytes);
    }
    for (;;) {
      const lock = await lockUnlessThere(request, signal, account);
      if (lock === undefined) return account.outcome(file.sizeBytes);
      try {
        if (await fetchVerified({ request, hasher, lock, signal, account }))
          return account.outcome(file.sizeBytes);
      } finally {
        await lock.release();
      }
    }
  } catch (error) {
    throw asDiskFull(error, path);
  }
}

/**
 * The lock on the file, or `undefined` where the file is there, complete. Waits while another process holds
 * the lock.
 */
async function lockUnlessThere(
  { path, file }: BlobRequest,
  signal: AbortSignal,
  account: ByteAccount,
): Promise<FileLock | undefined> {
  for (;;) {
    signal.throwIfAborted();
    if (await isBlobThere(path, file.sizeBytes)) return undefined;
    const lock = await FileLock.tryTake(`${partOf(path)}.lock`);
    if (lock !== undefined) return lock;
    account.had(bytesOf(await durableRanges(path, file.sizeBytes)));
    await sleep(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

/** The download of one file by the holder of its lock. */
interface Download {
  readonly request: BlobRequest;
  readonly hasher: FileHasher;
  readonly lock: FileLock;
  readonly signal: AbortSignal;
  readonly account: ByteAccount;
}

/** Fetches and verifies until the file is complete. False where the lock was lost. */
async function fetchVerified(download: Download): Promise<boolean> {
  const { path, file, url } = download.request;
  let failedChecks = 0;
  for (;;) {
    // Another attempt may have finished it before this one took the lock.
    if (await isBlobThere(path, file.sizeBytes)) return true;
    await removeDamaged(path, file.sizeBytes);
    const result = await fetchOnce(download);
    if (result === 'placed') return true;
    if (result === 'lock lost') return false;
    if (result === 'placed elsewhere') continue;
    failedChecks += 1;
    if (failedChecks === mostFailedChecks) throw mismatch(file, url, result.wrongHash);
  }
}

type FetchResult =
  | 'placed'
  /** By another attempt, which has checked the hash. */
  | 'placed elsewhere'
  | 'lock lost'
  /** `undefined` where the file is too short. */
  | { readonly wrongHash: string | undefined };

/** Fetches the missing bytes, checks the hash of all, and gives the file its name. */
async function fetchOnce(download: Download): Promise<FetchResult> {
  const { request, hasher, lock, signal } = download;
  const { path, file, client } = request;
  const part = await PartFile.open(path, file.sizeBytes, client.tuning);
  let hash: GrowingHash | undefined;
  try {
    hash = hasher.begin(file, part.descriptor);
    await fetchAndHash(download, part, hash);
    if (await part.isPlaced()) {
      await part.discard();
      return 'placed elsewhere';
    }
    if (!(await lock.isHeld())) return 'lock lost';
    return await placeVerified(download, part, await abortable(hash.whole(), signal));
  } finally {
    await hash?.drop();
    await part.close();
  }
}

async function fetchAndHash(
  { request, lock, signal, account }: Download,
  part: PartFile,
  hash: GrowingHash,
): Promise<void> {
  account.resumed(bytesOf(part.durable));
  for (const range of part.durable) hash.wrote(range);
  await fetchMissing(request, part, lock, signal, (written) => {
    hash.wrote(written);
    account.fetched(bytesOf([written]));
  });
}

async function placeVerified(
  { request, account }: Download,
  part: PartFile,
  found: string | undefined,
): Promise<FetchResult> {
  if (found !== oidOf(request.file)) {
    account.discarded();
    await part.discard();
    return { wrongHash: found };
  }
  if (await part.place()) return 'placed';
  throw new HeadraceError('HubUnavailableError', `Another attempt fetches ${request.file.path} again`);
}

/** The result of `work`; rejects at once where the signal aborts. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Removes a file of the wrong size: it was damaged after its hash was checked. */
async function removeDamaged(path: string, sizeBytes: number): Promise<void> {
  const found = await stat(path).catch(ignoreMissing);
  if (found !== undefined && found.size !== sizeBytes) await rm(path, { force: true });
}
