import { link, mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode, isMissing } from '../../../../files/errno.js';

/** Names in the folder of a file of the cache. */
export const names = { image: 'image', marks: 'marks' } as const;

/** Bytes before the marks: the image's inode in decimals. It shows that both files belong together. */
const headBytes = 24;
const marked = 1;

/**
 * A file of the cache that this process has pinned: as large as the original, with the chunks in it that were
 * verified, and a byte for each chunk which shows that. Processes that share the cache may fill one file
 * together: they write equal bytes. A pinned file stays when the cache removes its name.
 */
export class CachedFile {
  /** Of the image; open for writing. */
  readonly image: FileHandle;
  /** Identifies the image among all files of the disk. */
  readonly inode: bigint;
  readonly #marks: FileHandle;
  readonly #chunks: number;

  private constructor({ image, inode, marks }: Pinned, chunks: number) {
    this.image = image;
    this.inode = inode;
    this.#marks = marks;
    this.#chunks = chunks;
  }

  /**
   * Links the file to a path of a job. It is made without any chunk where the cache lacks it.
   *
   * @param dir - of the file in the cache.
   * @param path - does not exist yet, and is on the same disk.
   * @param scratch - makes a new folder there.
   */
  static async pin(
    dir: string,
    path: string,
    file: { readonly sizeBytes: number; readonly chunks: number },
    scratch: () => Promise<string>,
  ): Promise<CachedFile> {
    for (;;) {
      const pinned = await pinOnce(dir, path);
      if (pinned !== undefined) return new CachedFile(pinned, file.chunks);
      await make(dir, file, await scratch());
    }
  }

  /** Those of the chunks that are not marked. */
  async missing(chunks: Iterable<number>): Promise<number[]> {
    const marks = Buffer.alloc(this.#chunks);
    await this.#marks.read(marks, 0, marks.length, headBytes);
    return [...chunks].filter((chunk) => marks[chunk] !== marked);
  }

  /** Marks a chunk whose bytes are in the image. */
  async mark(chunk: number): Promise<void> {
    await this.#marks.write(Uint8Array.of(marked), 0, 1, headBytes + chunk);
  }

  async close(): Promise<void> {
    await Promise.all([this.image.close(), this.#marks.close()]);
  }
}

interface Pinned {
  readonly image: FileHandle;
  readonly inode: bigint;
  readonly marks: FileHandle;
}

/** `undefined` where there is no such file, or it is being replaced. */
async function pinOnce(dir: string, path: string): Promise<Pinned | undefined> {
  try {
    await link(join(dir, names.image), path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  const image = await open(path, 'r+');
  const marks = await open(join(dir, names.marks), 'r+').catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    return undefined;
  });
  const { ino: inode } = await image.stat({ bigint: true });
  if (marks !== undefined && (await inodeIn(marks)) === inode) {
    const now = new Date();
    // The cache removes the files first that were pinned longest ago.
    await marks.utimes(now, now);
    return { image, inode, marks };
  }
  await Promise.all([image.close(), marks?.close(), rm(path)]);
  return undefined;
}

async function inodeIn(marks: FileHandle): Promise<bigint> {
  const head = Buffer.alloc(headBytes);
  await marks.read(head, 0, headBytes, 0);
  return BigInt(head.toString('latin1').trim());
}

/** Of several processes that make one file, the first stays. @param aside - is moved or removed. */
async function make(
  dir: string,
  { sizeBytes, chunks }: { readonly sizeBytes: number; readonly chunks: number },
  aside: string,
): Promise<void> {
  try {
    const image = await open(join(aside, names.image), 'wx');
    try {
      await image.truncate(sizeBytes);
      const { ino } = await image.stat({ bigint: true });
      const marks = await open(join(aside, names.marks), 'wx');
      await marks.writeFile(
        Buffer.concat([Buffer.from(String(ino).padEnd(headBytes)), Buffer.alloc(chunks)]),
      );
      await marks.close();
    } finally {
      await image.close();
    }
    await mkdir(dirname(dir), { recursive: true });
    await rename(aside, dir);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}
