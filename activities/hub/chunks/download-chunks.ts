import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobChunk, StoredBlob } from '../../artifacts/s3/stored-blob.js';
import type { Workplace } from '../../artifacts/workplace.js';
import { asDiskFull, checkRoom } from '../../../files/room.js';
import { inParallel } from '../../threads/in-parallel.js';
import { oidOf } from '../download/hub-blob.js';
import { ByteAccount, type BlobListener, type BlobOutcome } from '../download/byte-account.js';
import type { FileRequest } from '../download/fetch-missing.js';
import { fetchRange } from '../download/fetch-range.js';
import { fetchSmall } from '../download/fetch-small.js';
import { mismatch } from '../download/mismatch.js';
import { RemoteFile } from '../download/remote-file.js';
import { ChunkFile } from './chunk-file.js';
import type { ChunkHasher, ChunkHashes, GrowingHashes } from './chunk-hasher.js';

/** Where a download to a bucket goes. */
export interface ChunkTarget {
  readonly stored: StoredBlob;
  /** For the chunks that are under way. */
  readonly workplace: Workplace;
  readonly hasher: ChunkHasher;
}

/** A second wrong hash, after all bytes were fetched again, means that the Hub's bytes are wrong. */
const mostFailedChecks = 2;

/**
 * Downloads a file of the Hub to a bucket, chunk by chunk. Each chunk is in the store as soon as it is whole,
 * so that whoever goes on, on any machine, fetches only the rest from the Hub. A kill loses the chunks that
 * are under way: one for each connection. The manifest of the blob is written when the hash of the whole is
 * right. After a wrong hash every chunk is removed and fetched once more.
 *
 * Nothing is locked: two attempts at a time put equal bytes under equal keys.
 *
 * @throws {HeadraceError} HashMismatchError, DiskFullError, HubUnavailableError, those of {@link Objects};
 * HubRefusal; the signal's reason.
 */
export async function downloadChunks(
  request: FileRequest,
  target: ChunkTarget,
  signal: AbortSignal,
  listener: BlobListener,
): Promise<BlobOutcome> {
  const { file, url } = request;
  const { stored } = target;
  const account = new ByteAccount(listener);
  if (await stored.isWhole()) return account.outcome(file.sizeBytes);
  if (stored.isSmall) {
    await stored.writeContent(await fetchSmall(request, signal, account));
    return account.outcome(file.sizeBytes);
  }
  for (let failedChecks = 0; ;) {
    const { oid, chunks } = await fetchAll({ request, target, account }, signal);
    if (oid === oidOf(file)) {
      await stored.finish(chunks);
      return account.outcome(file.sizeBytes);
    }
    account.discarded();
    await stored.remove();
    failedChecks += 1;
    if (failedChecks === mostFailedChecks) throw mismatch(file, url, oid);
  }
}

/** The download of one file. */
interface Download {
  readonly request: FileRequest;
  readonly target: ChunkTarget;
  readonly account: ByteAccount;
}

/** Brings all chunks to the store, and hashes them. */
async function fetchAll(download: Download, signal: AbortSignal): Promise<ChunkHashes> {
  const { request, account } = download;
  const { stored, workplace, hasher } = download.target;
  const { client, file, url, transfers } = request;
  const { connectionsPerFile } = client.tuning;
  const chunks = stored.chunks();
  const present = await stored.present();
  const size = ({ from, to }: BlobChunk): number => to - from;
  account.resumed(
    chunks.filter(({ index }) => present.has(index)).reduce((sum, each) => sum + size(each), 0),
  );
  const underWay = chunks.slice(0, connectionsPerFile).reduce((sum, each) => sum + size(each), 0);
  await checkRoom(workplace.root, file.path, underWay);
  const folder = await workplace.scratch();
  const hashes = hasher.begin(file, chunks.length);
  // The Hub sends plain git files itself, and they are small.
  const usesTransfers = file.sha256 === undefined ? undefined : transfers;
  const remote = new RemoteFile(client, url, file.sizeBytes, usesTransfers);
  try {
    // A chunk keeps its place until it is hashed, and so those before it: that bounds the scratch.
    await inParallel(chunks, connectionsPerFile, signal, async (chunk, stop) => {
      const work = { ...download, chunk, path: join(folder, String(chunk.index)), hashes };
      try {
        if (present.has(chunk.index) && (await hashStored(work))) return;
        await fetchChunk(work, remote, stop);
      } catch (error) {
        // Those behind it would wait for its hash.
        hashes.drop();
        throw error;
      }
    });
    return await hashes.whole();
  } catch (error) {
    throw asDiskFull(error, workplace.root);
  } finally {
    hashes.drop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The work on one chunk. */
interface ChunkWork extends Download {
  readonly chunk: BlobChunk;
  /** Of its file in the scratch. */
  readonly path: string;
  readonly hashes: GrowingHashes;
}

/** Hashes a chunk of the store. False where it has gone meanwhile. */
async function hashStored({ target: { stored }, chunk, path, hashes }: ChunkWork): Promise<boolean> {
  const bytes = await stored.read(chunk);
  if (bytes === undefined) return false;
  await writeFile(path, bytes);
  await hashes.add(chunk.index, path);
  await rm(path);
  return true;
}

async function fetchChunk(
  { request, target: { stored }, account, chunk, path, hashes }: ChunkWork,
  remote: RemoteFile,
  signal: AbortSignal,
): Promise<void> {
  const { client, connections } = request;
  const local = await ChunkFile.create(path, chunk.from);
  try {
    // A chunk that is not in the store yet keeps its connection, which bounds what a kill loses.
    await connections(async () => {
      signal.throwIfAborted();
      const range = { start: chunk.from, end: chunk.to };
      await fetchRange(remote, local, range, client.tuning, signal, ({ start, end }) =>
        account.fetched(end - start),
      );
      await stored.write(chunk, { path }, signal);
    });
    await hashes.add(chunk.index, path);
  } finally {
    await local.remove();
  }
}
