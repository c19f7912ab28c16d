import { open, type FileHandle } from 'node:fs/promises';
import { HeadraceError } from '../../../core/errors.js';
import { sha256 } from '../../../files/sha256.js';
import type { Objects } from '../../artifacts/s3/objects.js';
import { StoredBlob, type BlobChunk } from '../../artifacts/s3/stored-blob.js';
import type { DigestedFile } from '../local/local-digest.js';
import { inParallel } from '../../threads/in-parallel.js';

/** Chunks of a file that are in memory at a time. */
const chunksAtOnce = 4;

/** Callbacks of {@link importFile}, each with a number of bytes. */
export interface ImportListener {
  /** Bytes that were sent to the store. */
  readonly sent: (bytes: number) => void;
  /** Bytes that the store had. */
  readonly had: (bytes: number) => void;
}

/**
 * Puts a local file into a store in a bucket, under its SHA-256. Chunks that are there are not sent again.
 *
 * @param chunkBytes - @default that of all blobs
 * @throws {HeadraceError} FileChangedError where it is not that file any more; those of {@link Objects}; the
 *   signal's reason.
 */
export async function importFile(
  objects: Objects,
  file: DigestedFile,
  signal: AbortSignal,
  listener: ImportListener,
  chunkBytes?: number,
): Promise<void> {
  const { path, sizeBytes } = file;
  const stored = new StoredBlob(objects, { oid: file.sha256, sizeBytes }, chunkBytes);
  if (await stored.isWhole()) {
    listener.had(sizeBytes);
    return;
  }
  const handle = await open(path, 'r');
  try {
    if (stored.isSmall) {
      await stored.writeContent(await readUnchanged(handle, file, { from: 0, to: sizeBytes }));
      listener.sent(sizeBytes);
      return;
    }
    const present = await stored.present();
    const send = async (chunk: BlobChunk, stop: AbortSignal): Promise<string> => {
      const bytes = await readUnchanged(handle, file, chunk);
      if (present.has(chunk.index)) listener.had(bytes.length);
      else {
        await stored.write(chunk, bytes, stop);
        listener.sent(bytes.length);
      }
      return sha256(bytes).toString('hex');
    };
    await stored.finish(await inParallel(stored.chunks(), chunksAtOnce, signal, send));
  } finally {
    await handle.close();
  }
}

/** The bytes `[from, to)` of a file that has not been modified since it was hashed. */
async function readUnchanged(
  handle: FileHandle,
  { path, sizeBytes, mtimeNs }: DigestedFile,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(to - from);
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, from + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  const now = await handle.stat({ bigint: true });
  if (done === bytes.length && Number(now.size) === sizeBytes && String(now.mtimeNs) === mtimeNs)
    return bytes;
  throw new HeadraceError('FileChangedError', `${path} changed while it was imported`);
}
