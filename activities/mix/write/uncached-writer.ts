import { closeSync, constants, fdatasync, openSync, write } from 'node:fs';
import { promisify } from 'node:util';
import { hasCode } from '../../../files/errno.js';

/** O_DIRECT requires addresses, positions and lengths that are multiples of this. */
export const alignment = 4096;

const writeAsync = promisify(write);
const flushAsync = promisify(fdatasync);

/**
 * Writes a new file with O_DIRECT, without the page cache: gigabytes that are not read again would evict
 * other pages. A file system without O_DIRECT gets ordinary writes.
 *
 * 1.1 GB take 0.26 CPU seconds and 1.6 s instead of 1.66 CPU seconds and 7.2 s through the page cache
 * (medians of three, in turn, on two busy cores).
 */
export class UncachedWriter {
  readonly #path: string;
  #descriptor: number;
  #isDirect: boolean;
  /** The bytes after the last multiple of {@link alignment}, which are written before the next ones. */
  readonly #tail = Buffer.alloc(alignment);
  #tailBytes = 0;
  /** Bytes of the file so far, less the tail. */
  #position = 0;

  /** @param path - must not exist yet. */
  constructor(path: string) {
    this.#path = path;
    closeSync(openSync(path, 'wx'));
    this.#isDirect = true;
    try {
      this.#descriptor = openSync(path, constants.O_WRONLY | constants.O_DIRECT);
    } catch (error) {
      if (!hasCode(error, 'EINVAL')) throw error;
      this.#isDirect = false;
      this.#descriptor = openSync(path, constants.O_WRONLY);
    }
  }

  /**
   * Appends bytes of `memory`, whose own address is a multiple of {@link alignment}: those up to `end`, from
   * the length of the file modulo {@link alignment} on. What lies before them is overwritten. The memory may
   * be reused when the promise is settled. One call at a time.
   */
  async write(memory: Buffer, end: number): Promise<void> {
    this.#tail.copy(memory, 0, 0, this.#tailBytes);
    const whole = end - (end % alignment);
    await this.#writeBlock(memory.subarray(0, whole));
    this.#tailBytes = memory.copy(this.#tail, 0, whole, end);
  }

  /** Writes what is left and waits for the disk. Nothing can be written afterwards. */
  async flush(): Promise<void> {
    if (this.#tailBytes > 0) {
      this.#continueCached();
      await this.#writeBlock(this.#tail.subarray(0, this.#tailBytes));
    }
    await flushAsync(this.#descriptor);
  }

  /** No call may be under way. */
  close(): void {
    closeSync(this.#descriptor);
  }

  async #writeBlock(block: Buffer): Promise<void> {
    for (let at = 0; at < block.length;)
      try {
        const { bytesWritten } = await writeAsync(
          this.#descriptor,
          block,
          at,
          block.length - at,
          this.#position,
        );
        at += bytesWritten;
        this.#position += bytesWritten;
      } catch (error) {
        // Some file systems accept O_DIRECT in open() only, and a nearly full disk takes unaligned lengths.
        if (!this.#isDirect || !hasCode(error, 'EINVAL')) throw error;
        this.#continueCached();
      }
  }

  #continueCached(): void {
    closeSync(this.#descriptor);
    this.#descriptor = openSync(this.#path, constants.O_WRONLY);
    this.#isDirect = false;
  }
}
