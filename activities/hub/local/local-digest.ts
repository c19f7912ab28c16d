import { createHash } from 'node:crypto';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { SourceFile } from '../../../core/contracts/source.js';
import { HeadraceError } from '../../../core/errors.js';
import { hasCode, isMissing } from '../../../files/errno.js';
import { writeFileAtomic } from '../../../files/write-atomic.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { ThreadPool } from '../../threads/thread-pool.js';
import type { HubJobs } from './jobs.js';

const pool = new ThreadPool<HubJobs>(new URL('./jobs.js', import.meta.url), availableParallelism());

const DigestFile = z.object({
  path: z.string(),
  sizeBytes: z.number(),
  mtimeNs: z.string(),
  inode: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/**
 * A local file with its SHA-256. The digest is kept in `<store>/digests/`, and the file read again only when its size,
 * modification time or inode is another.
 *
 * @throws {HeadraceError} FileChangedError where it changes while it is read.
 */
export async function digestLocalFile(
  store: ArtifactStore,
  realPath: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<SourceFile> {
  const file = await openToRead(realPath);
  try {
    const before = await identityOf(file);
    const kept = join(store.root, 'digests', `${createHash('sha256').update(realPath).digest('hex')}.json`);
    const known = await readKept(kept);
    const same =
      known !== undefined &&
      known.path === realPath &&
      known.sizeBytes === before.sizeBytes &&
      known.mtimeNs === before.mtimeNs &&
      known.inode === before.inode;
    const described = { path: realPath, sizeBytes: before.sizeBytes, mtimeNs: before.mtimeNs };
    if (same) {
      onBytes(before.sizeBytes);
      return { ...described, sha256: known.sha256 };
    }
    let told = 0;
    const onProgress = (done: number): void => {
      onBytes(done - told);
      told = done;
    };
    const job = { descriptor: file.fd, sizeBytes: before.sizeBytes };
    const sha256 = await pool.run('hashFile', job, { signal, onProgress });
    onProgress(before.sizeBytes);
    const after = await identityOf(file);
    if (sha256 === undefined || after.sizeBytes !== before.sizeBytes || after.mtimeNs !== before.mtimeNs)
      throw new HeadraceError('FileChangedError', `${realPath} changed while it was read`);
    await writeFileAtomic(kept, JSON.stringify({ ...described, inode: before.inode, sha256 }));
    return { ...described, sha256 };
  } finally {
    await file.close();
  }
}

async function openToRead(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (!hasCode(error, 'EACCES') && !hasCode(error, 'EPERM')) throw error;
    throw new HeadraceError('FileNotFoundError', `${path} may not be read by this user`, {
      cause: error,
      remedy: 'Let the user of the worker read it.',
    });
  }
}

interface Identity {
  readonly sizeBytes: number;
  readonly mtimeNs: string;
  readonly inode: string;
}

async function identityOf(file: FileHandle): Promise<Identity> {
  const { size, mtimeNs, ino } = await file.stat({ bigint: true });
  return { sizeBytes: Number(size), mtimeNs: String(mtimeNs), inode: String(ino) };
}

async function readKept(path: string): Promise<z.infer<typeof DigestFile> | undefined> {
  try {
    return DigestFile.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    // A digest that cannot be read is computed again.
    if (isMissing(error) || error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}
