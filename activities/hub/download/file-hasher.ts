import type { SourceFile } from '../../../core/contracts/source.js';
import { uniteRanges, type ByteRange } from '../../../core/hub/ranges.js';
import type { HashAnswer, HashOrder } from './hash-thread.js';
import { OrderThread } from './order-thread.js';

/** The hash of a file that is still being written. */
export interface GrowingHash {
  /** These bytes are in the file. */
  wrote(range: ByteRange): void;
  /** The hash when every byte is there; `undefined` where the file is shorter than it should be. */
  whole(): Promise<string | undefined>;
  /** Ends it; the descriptor may be closed after that. */
  drop(): Promise<void>;
}

/**
 * Hashes files in a thread while they are written, from their first byte to where they have no gap, so that little is
 * left to do when the last byte comes. One thread: it hashes faster than disks write.
 */
export class FileHasher {
  private readonly thread = new OrderThread<HashOrder, HashAnswer>(
    new URL('./hash-thread.js', import.meta.url),
    () => true,
  );

  /** What the Hub announced: SHA-256 of an LFS file, git's blob id of a plain one. `descriptor` stays open until the end. */
  begin(file: SourceFile, descriptor: number): GrowingHash {
    const { thread } = this;
    const { sizeBytes } = file;
    let id = -1;
    const result = new Promise<string | undefined>((resolve, reject) => {
      id = thread.open({
        onNews: (answer) => {
          if ('error' in answer) reject(new Error(answer.error));
          else resolve(answer.sha);
        },
        onDeath: reject,
      });
    });
    // Whoever asks for it gets the failure; where nobody does, it must not end the process.
    result.catch(() => undefined);
    thread.send({ kind: 'begin', id, descriptor, isGitBlob: file.sha256 === undefined, sizeBytes });
    let written: ByteRange[] = [];
    return {
      wrote: (range) => {
        const reached = written[0]?.start === 0 ? written[0].end : 0;
        written = uniteRanges([...written, range]);
        const [first] = written;
        if (first?.start === 0 && first.end > reached) thread.send({ kind: 'reach', id, end: first.end });
      },
      whole: () => result,
      drop: async () => {
        if (thread.isOpen(id)) thread.send({ kind: 'drop', id });
        await result.catch(() => undefined);
      },
    };
  }
}
