import type { SourceFile } from '../../../core/contracts/source.js';
import { uniteRanges, type ByteRange } from '../../../core/hub/ranges.js';
import { RequestThread } from '../../threads/request-thread.js';
import type { HashMessage, HashReply } from './hash-thread.js';

/** The hash of a file that is being written. */
export interface GrowingHash {
  /** Adds a range of bytes that the file has now. */
  wrote(range: ByteRange): void;
  /** The hash, when all bytes are in the file; `undefined` for a file that is shorter than announced. */
  whole(): Promise<string | undefined>;
  /** Ends the hashing. The descriptor may be closed when the promise is fulfilled. */
  drop(): Promise<void>;
}

/**
 * Hashes files in a thread while they are written, always from the start to the first gap, so that little is
 * left to do when the last byte comes. One thread is enough: it hashes faster than disks write. A download of
 * 1.5 GB takes 1.2 times as long if its files are hashed after the last byte, or on the main thread.
 */
export class FileHasher {
  readonly #thread = new RequestThread<HashMessage, HashReply>(
    new URL('./hash-thread.js', import.meta.url),
    () => true,
  );

  /**
   * Begins with a file: its hash is the SHA-256 of an LFS file, git's blob id of any other.
   *
   * @param descriptor - open until the hash is there or dropped.
   */
  begin({ sha256, sizeBytes }: SourceFile, descriptor: number): GrowingHash {
    const thread = this.#thread;
    let id = -1;
    const result = new Promise<string | undefined>((resolve, reject) => {
      id = thread.open({
        onReply: (reply) => {
          if ('error' in reply) reject(new Error(reply.error));
          else resolve(reply.sha);
        },
        onEnd: reject,
      });
    });
    // Without a handler, a failure would end the process where `whole` is not called.
    result.catch(() => undefined);
    thread.send({ kind: 'begin', id, descriptor, isGitBlob: sha256 === undefined, sizeBytes });
    let written: ByteRange[] = [];
    let end = 0;
    return {
      wrote: (range) => {
        written = uniteRanges([...written, range]);
        const [first] = written;
        if (first?.start !== 0 || first.end === end) return;
        end = first.end;
        thread.send({ kind: 'extend', id, end });
      },
      whole: () => result,
      drop: async () => {
        if (thread.isOpen(id)) thread.send({ kind: 'drop', id });
        await result.catch(() => undefined);
      },
    };
  }
}
