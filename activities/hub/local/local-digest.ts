import { createHash } from 'node:crypto';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { SourceFile } from '../../../core/contracts/source.js';
import { HeadraceError } from '../../../core/errors.js';
import { hasCode, isMissing } from '../../../files/errno.js';
import { writeFileAtomic } from '../../../files/write-atomic.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import type { PoolJobs } from '../../threads/thread-pool.js';
import type { HubJobs } from './jobs.js';

/** A digest in `digests/` of the workplace, which knows this disk's files, and the identity of its file. */
const KnownDigest = z.object({
  path: z.string(),
  sizeBytes: z.number(),
  mtimeNs: z.string(),
  inode: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
type KnownDigest = z.infer<typeof KnownDigest>;

/** A file as it was hashed. */
export type DigestedFile = SourceFile & { readonly sha256: string; readonly mtimeNs: string };

/** Dependencies of {@link digestLocalFile}. */
export interface DigestDeps {
  readonly store: ArtifactStore;
  readonly jobs: PoolJobs<HubJobs>;
}

type FileIdentity = Omit<KnownDigest, 'sha256'>;

/**
 * A local file with its SHA-256. The digest is kept on this disk; the file is read again only after its size,
 * modification time or inode has changed.
 *
 * @param onBytes - called with the number of bytes whose digest is computed or found.
 * @throws {HeadraceError} FileChangedError where it changes while it is read; FileNotFoundError where it may
 * not be read.
 */
export async function digestLocalFile(
  { store, jobs }: DigestDeps,
  realPath: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<DigestedFile> {
  const file = await openToRead(realPath);
  try {
    const identity = await identityOf(realPath, file);
    const { path, sizeBytes, mtimeNs } = identity;
    const kept = join(
      store.workplace.root,
      'digests',
      `${createHash('sha256').update(path).digest('hex')}.json`,
    );
    const known = await readKnown(kept);
    if (known !== undefined && isSame(known, identity)) {
      onBytes(sizeBytes);
      return { path, sizeBytes, mtimeNs, sha256: known.sha256 };
    }
    const sha256 = await hashInThread(jobs, file, sizeBytes, signal, onBytes);
    if (sha256 === undefined || !isSame(await identityOf(realPath, file), identity))
      throw new HeadraceError('FileChangedError', `${path} changed while it was read`);
    await writeFileAtomic(kept, JSON.stringify({ ...identity, sha256 } satisfies KnownDigest));
    return { path, sizeBytes, mtimeNs, sha256 };
  } finally {
    await file.close();
  }
}

async function hashInThread(
  jobs: PoolJobs<HubJobs>,
  file: FileHandle,
  sizeBytes: number,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<string | undefined> {
  let reported = 0;
  const onProgress = (done: number): void => {
    onBytes(done - reported);
    reported = done;
  };
  const sha256 = await jobs.run('hashFile', { descriptor: file.fd, sizeBytes }, { signal, onProgress });
  onProgress(sizeBytes);
  return sha256;
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

async function identityOf(path: string, file: FileHandle): Promise<FileIdentity> {
  const { size, mtimeNs, ino } = await file.stat({ bigint: true });
  return { path, sizeBytes: Number(size), mtimeNs: String(mtimeNs), inode: String(ino) };
}

function isSame(one: FileIdentity, other: FileIdentity): boolean {
  return (
    one.path === other.path &&
    one.sizeBytes === other.sizeBytes &&
    one.mtimeNs === other.mtimeNs &&
    one.inode === other.inode
  );
}

async function readKnown(path: string): Promise<KnownDigest | undefined> {
  try {
    return KnownDigest.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    // A digest that cannot be read is computed again.
    if (isMissing(error) || error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}
