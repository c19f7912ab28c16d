import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { bytesOf, cutRanges, missingRanges } from '../../../core/hub/ranges.js';
import { asDiskFull, checkRoom } from '../../../files/room.js';
import { blobChunkBytes } from '../../../core/store/object-sizes.js';
import { inParallel } from '../../threads/in-parallel.js';
import { storeChunks, type ChunkTarget } from '../chunks/store-chunks.js';
import type { ByteAccount } from '../download/byte-account.js';
import type { FileHasher } from '../download/file-hasher.js';
import { PartFile, type FlushLimits } from '../download/part-file.js';
import type { PinnedObject } from './pinned-object.js';

/** Ranges of one object that are read at a time. */
const rangesAtOnce = 8;

/**
 * Copies an object to a store in a bucket, chunk by chunk. Whoever goes on reads only the chunks that are
 * missing.
 *
 * @returns the SHA-256 of its content, hex.
 * @throws {HeadraceError} as {@link PinnedObject.read}; DiskFullError.
 */
export async function copyToBucket(
  source: PinnedObject,
  target: ChunkTarget,
  account: ByteAccount,
  signal: AbortSignal,
): Promise<string> {
  const { path: name, sizeBytes } = source.object;
  const { stored } = target;
  const { oid, chunks } = await storeChunks(
    {
      name,
      target,
      account,
      sizeBytes,
      atOnce: rangesAtOnce,
      fetch: async (chunk, local, stop) => {
        await source.read(chunk, { descriptor: local.descriptor, at: 0 }, stop);
        account.fetched(chunk.to - chunk.from);
        await stored.write(chunk, { path: local.path }, stop);
      },
    },
    signal,
  );
  await stored.finish(chunks);
  return oid;
}

/**
 * Copies an object to a file of this disk. Whoever goes on reads only the bytes that are not durable yet.
 *
 * @param path - of the complete file.
 * @returns the SHA-256 of its content, hex.
 * @throws {HeadraceError} as {@link PinnedObject.read}; DiskFullError.
 */
export async function copyToFolder(
  source: PinnedObject,
  path: string,
  { hasher, limits, account }: { hasher: FileHasher; limits: FlushLimits; account: ByteAccount },
  signal: AbortSignal,
): Promise<string> {
  const { path: name, sizeBytes } = source.object;
  await mkdir(dirname(path), { recursive: true });
  const part = await PartFile.open(path, sizeBytes, limits);
  const hash = hasher.begin({ path: name, sizeBytes, sha256: '' }, part.descriptor);
  try {
    const missing = missingRanges(part.durable, sizeBytes);
    account.resumed(bytesOf(part.durable));
    for (const range of part.durable) hash.wrote(range);
    await checkRoom(dirname(path), name, bytesOf(missing));
    await inParallel(cutRanges(missing, blobChunkBytes), rangesAtOnce, signal, async (range, stop) => {
      const bytes = { from: range.start, to: range.end };
      await source.read(bytes, { descriptor: part.descriptor, at: range.start }, stop);
      hash.wrote(range);
      account.fetched(bytesOf([range]));
      await part.wrote(range);
    });
    await part.flush();
    const sha256 = await hash.whole();
    if (sha256 === undefined) throw new Error(`${path} became shorter while it was written`);
    await part.place();
    return sha256;
  } catch (error) {
    throw asDiskFull(error, path);
  } finally {
    await hash.drop();
    await part.close();
  }
}
