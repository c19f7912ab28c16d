import { setMaxListeners } from 'node:events';
import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LimitFunction } from 'p-limit';
import type { SourceFile } from '../../../core/contracts/source.js';
import { HeadraceError } from '../../../core/errors.js';
import { formatBytes } from '../../../core/format.js';
import { bytesOf, guidedRanges, missingRanges, type ByteRange } from '../../../core/hub/ranges.js';
import { oidOf } from '../resolve/resolution.js';
import { asDiskFull, checkRoom } from '../../../files/room.js';
import { isMissing } from '../../../files/errno.js';
import { FileLock } from '../../../files/file-lock.js';
import { fetchSegment } from './fetch-range.js';
import type { FileHasher, GrowingHash } from './file-hasher.js';
import type { HubClient } from '../http/hub-client.js';
import { durableRanges, PartFile, partOf } from './part-file.js';
import { RemoteFile } from './remote-file.js';
import type { Transfers } from './transfers.js';

export interface BlobRequest {
  readonly client: HubClient;
  /** Where the Hub is asked for the file. */
  readonly url: string;
  readonly file: SourceFile;
  /** Where its bytes belong. */
  readonly path: string;
  /** Shared by all files: how many connections there may be. */
  readonly connections: LimitFunction;
  readonly transfers: Transfers;
  readonly hasher: FileHasher;
}

export interface BlobOutcome {
  /** Bytes that came over the network. */
  readonly fetchedBytes: number;
  /** Bytes that an earlier attempt left. */
  readonly resumedBytes: number;
  /** It was there already, complete. */
  readonly reused: boolean;
}

/** Told as bytes come: `had` is what was on disk at the start, negative where bytes turned out bad. */
export interface BlobListener {
  readonly had: (bytes: number) => void;
  readonly fetched: (bytes: number) => void;
}

/** True where the file is there, complete: a blob gets its name only after its hash was checked. */
export async function isBlobThere(path: string, sizeBytes: number): Promise<boolean> {
  try {
    return (await stat(path)).size === sizeBytes;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/**
 * Brings a file to `path`: from the last durable byte of any earlier attempt, over several connections, and under its
 * name only when its hash is right. A wrong hash throws everything away and fetches once more from nothing. While
 * another process fetches the same file, its bytes are waited for.
 *
 * @throws {HeadraceError} HashMismatchError, DiskFullError, HubUnavailableError; HubRefusal.
 */
export async function downloadBlob(
  request: BlobRequest,
  signal: AbortSignal,
  listener: BlobListener,
): Promise<BlobOutcome> {
  const { path, file } = request;
  try {
    await mkdir(dirname(path), { recursive: true });
    const account = new Account(listener);
    for (;;) {
      const lock = await lockOrFile(request, signal, account);
      if (lock === undefined) return account.outcome(file.sizeBytes);
      try {
        if (await fetchWhole(request, lock, signal, account)) return account.outcome(file.sizeBytes);
      } finally {
        await lock.release();
      }
    }
  } catch (error) {
    throw asDiskFull(error, path);
  }
}

/** What came, and from where; the listener's sums never run ahead of the file. */
class Account {
  fetchedBytes = 0;
  resumedBytes = 0;
  private told = 0;

  constructor(private readonly listener: BlobListener) {}

  /** So many bytes of the file are on disk, whoever brought them. */
  had(bytes: number): void {
    this.listener.had(bytes - this.told);
    this.told = bytes;
  }

  fetched(bytes: number): void {
    this.fetchedBytes += bytes;
    this.told += bytes;
    this.listener.fetched(bytes);
  }

  outcome(sizeBytes: number): BlobOutcome {
    this.had(sizeBytes);
    const { fetchedBytes, resumedBytes } = this;
    return { fetchedBytes, resumedBytes, reused: fetchedBytes === 0 && resumedBytes === 0 };
  }
}

const lookEveryMs = 200;

/** The right to fetch the file, or `undefined` when it is there, complete. */
async function lockOrFile(
  { path, file }: BlobRequest,
  signal: AbortSignal,
  account: Account,
): Promise<FileLock | undefined> {
  for (;;) {
    signal.throwIfAborted();
    if (await isBlobThere(path, file.sizeBytes)) return undefined;
    const lock = await FileLock.tryTake(`${partOf(path)}.lock`);
    if (lock !== undefined) return lock;
    account.had(bytesOf(await durableRanges(path, file.sizeBytes)));
    await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Fetches what is missing and checks it. False where the lock was lost: another attempt goes on. */
async function fetchWhole(
  request: BlobRequest,
  lock: FileLock,
  signal: AbortSignal,
  account: Account,
): Promise<boolean> {
  const { path, file, client, hasher } = request;
  for (let round = 1; ; round += 1) {
    // Another attempt may have finished it between our look and our lock.
    if (await isBlobThere(path, file.sizeBytes)) return true;
    await removeDamaged(path, file.sizeBytes);
    const part = await PartFile.open(path, file.sizeBytes, client.tuning);
    let hash: GrowingHash | undefined;
    try {
      const had = bytesOf(part.durable);
      if (round === 1) account.resumedBytes = had;
      account.had(had);
      hash = hasher.begin(file, part.descriptor);
      for (const range of part.durable) hash.wrote(range);
      await fetchMissing(request, part, hash, lock, signal, account);
      if (await part.isPlaced()) {
        // By another attempt: that one checked the hash.
        await part.discard();
        continue;
      }
      if (!(await lock.isHeld())) return false;
      const found = await abortable(hash.whole(), signal);
      const expected = oidOf(file);
      if (expected === found) {
        if (await part.place()) return true;
        throw new HeadraceError(
          'HubUnavailableError',
          `${file.path} is being fetched anew by another attempt`,
        );
      }
      account.had(0);
      await part.discard();
      account.resumedBytes = 0;
      if (round === 2) throw mismatch(request, expected, found);
    } finally {
      await hash?.drop();
      await part.close();
    }
  }
}

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

/** A file of another size than announced has been damaged since its hash was checked. */
async function removeDamaged(path: string, sizeBytes: number): Promise<void> {
  try {
    if ((await stat(path)).size !== sizeBytes) await rm(path, { force: true });
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function mismatch({ file, url }: BlobRequest, expected: string, found: string | undefined): HeadraceError {
  const kind = file.sha256 === undefined ? 'git blob id' : 'SHA-256';
  return new HeadraceError(
    'HashMismatchError',
    `${file.path} (${formatBytes(file.sizeBytes)}, ${url}) failed its check twice: expected ${kind} ${expected}, found ${found ?? 'too few bytes'}`,
  );
}

/** Shorter ranges cost more in round trips than they gain in balance. */
const leastSegmentBytes = 2_000_000;

async function fetchMissing(
  { client, url, file, path, connections, transfers }: BlobRequest,
  part: PartFile,
  hash: GrowingHash,
  lock: FileLock,
  signal: AbortSignal,
  account: Account,
): Promise<void> {
  const { tuning } = client;
  const missing = missingRanges(part.durable, file.sizeBytes);
  await checkRoom(dirname(path), file.path, bytesOf(missing));
  const segments = guidedRanges(missing, tuning.connections, {
    minBytes: Math.min(leastSegmentBytes, tuning.segmentBytes),
    maxBytes: tuning.segmentBytes,
  });
  const remote = new RemoteFile(
    client,
    url,
    file.sizeBytes,
    // Plain git files are small, and the Hub sends them itself.
    file.sha256 === undefined ? undefined : transfers,
  );
  // One connection's fatal error ends the others.
  const stop = new AbortController();
  // One listener for each connection that waits or reads.
  setMaxListeners(0, stop.signal);
  const onAbort = (): void => stop.abort(signal.reason);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  let failure: { readonly error: unknown } | undefined;
  const onBytes = (written: ByteRange): void => {
    hash.wrote(written);
    account.fetched(bytesOf([written]));
  };
  const lane = async (): Promise<void> => {
    for (let segment = segments.shift(); segment !== undefined; segment = segments.shift()) {
      const range = segment;
      try {
        await connections(async () => {
          stop.signal.throwIfAborted();
          if (lock.isLost) return void segments.splice(0);
          part.connections += 1;
          try {
            await fetchSegment(remote, part, range, tuning, stop.signal, onBytes);
          } finally {
            part.connections -= 1;
          }
        });
      } catch (error) {
        failure ??= { error };
        stop.abort(error);
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(tuning.connectionsPerFile, segments.length) }, lane));
  signal.removeEventListener('abort', onAbort);
  try {
    // What has come counts for the next attempt, whatever ended this one.
    await part.flush();
  } catch (error) {
    failure ??= { error };
  }
  signal.throwIfAborted();
  if (failure !== undefined) throw failure.error;
}
