import { read } from 'node:fs';
import { promisify } from 'node:util';
import type { JobContext } from '../../threads/thread-pool.js';
import { sha256Of } from './content-hash.js';

const readAsync = promisify(read);

export interface HashFileInput {
  /** Of an open file. Threads share them, so what is hashed is the very file that was looked at. */
  readonly descriptor: number;
  readonly sizeBytes: number;
}

/** SHA-256 of the first `sizeBytes` bytes of a file, hex; `undefined` where it has fewer. */
async function hashFile(
  { descriptor, sizeBytes }: HashFileInput,
  context: JobContext,
): Promise<string | undefined> {
  return await sha256Of(
    async (into, at) => (await readAsync(descriptor, into, 0, into.length, at)).bytesRead,
    sizeBytes,
    context.progress,
  );
}

/** What is done with local files in threads. */
export const jobs = { hashFile };
export type HubJobs = typeof jobs;
