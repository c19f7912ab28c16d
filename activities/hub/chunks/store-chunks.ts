import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asDiskFull, checkRoom } from '../../../files/room.js';
import type { BlobChunk, StoredBlob } from '../../artifacts/s3/stored-blob.js';
import type { Workplace } from '../../artifacts/workplace.js';
import { inParallel } from '../../threads/in-parallel.js';
import type { ByteAccount } from '../download/byte-account.js';
import { ChunkFile } from './chunk-file.js';
import type { ChunkHasher, ChunkHashes, GrowingHashes } from './chunk-hasher.js';

/** Where a download to a bucket goes. */
export interface ChunkTarget {
  readonly stored: StoredBlob;
  /** For the chunks that are under way. */
  readonly workplace: Workplace;
  readonly hasher: ChunkHasher;
}

/** A file that is brought to a bucket, chunk by chunk. */
export interface ChunkedDownload {
  /** For messages. */
  readonly name: string;
  readonly target: ChunkTarget;
  readonly account: ByteAccount;
  readonly sizeBytes: number;
  /** Whether its hash is git's blob id. @default SHA-256 */
  readonly isGitBlob?: boolean;
  /** Chunks that are under way at a time, which bounds the scratch and what a kill loses. */
  readonly atOnce: number;
  /** Fetches a chunk to the scratch and stores it. */
  readonly fetch: (chunk: BlobChunk, local: ChunkFile, signal: AbortSignal) => Promise<void>;
}

/**
 * Brings the chunks of a file to the store, those that are missing there, and hashes all of them.
 *
 * @throws {HeadraceError} DiskFullError; what `fetch` throws; the signal's reason.
 */
export async function storeChunks(download: ChunkedDownload, signal: AbortSignal): Promise<ChunkHashes> {
  const { name, target, account, sizeBytes, isGitBlob = false, atOnce } = download;
  const { stored, workplace, hasher } = target;
  const chunks = stored.chunks();
  const present = await stored.present();
  account.resumed(bytesOf(chunks.filter(({ index }) => present.has(index))));
  await checkRoom(workplace.root, name, bytesOf(chunks.slice(0, atOnce)));
  const folder = await workplace.scratch();
  const hashes = hasher.begin(isGitBlob, sizeBytes, chunks.length);
  try {
    // A chunk keeps its place until it is hashed, and so those before it.
    await inParallel(chunks, atOnce, signal, async (chunk, stop) => {
      const local = await ChunkFile.create(join(folder, String(chunk.index)), chunk.from);
      try {
        await storeChunk(download, chunk, local, { isPresent: present.has(chunk.index), hashes, stop });
      } catch (error) {
        // Those behind it would wait for its hash.
        hashes.drop();
        throw error;
      } finally {
        await local.remove();
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

async function storeChunk(
  { target: { stored }, fetch }: ChunkedDownload,
  chunk: BlobChunk,
  local: ChunkFile,
  { isPresent, hashes, stop }: { isPresent: boolean; hashes: GrowingHashes; stop: AbortSignal },
): Promise<void> {
  // It may have gone since it was listed.
  if (!isPresent || !(await stored.read(chunk, local.descriptor, stop))) await fetch(chunk, local, stop);
  await hashes.add(chunk.index, local.path);
}

function bytesOf(chunks: readonly BlobChunk[]): number {
  return chunks.reduce((sum, { from, to }) => sum + to - from, 0);
}
