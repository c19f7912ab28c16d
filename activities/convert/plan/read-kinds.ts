import type { FileKind } from '../../../core/container/file-kind.js';
import type { WorkContext } from '../../../core/progress.js';
import { kindBytes } from '../../hub/resolve/file-kind.js';
import { inParallel, itemsAtOnce } from '../../threads/in-parallel.js';
import type { ThreadPool } from '../../threads/thread-pool.js';
import type { ConvertDeps } from '../convert-deps.js';
import { bringFiles, type SourceInput } from './input-file.js';

/** A file of a source, and what it holds. */
export interface KnownInput extends SourceInput {
  readonly kind: FileKind;
}

/** Files of one job. In a bucket a chunk of 16 MiB of each is on this disk at the same time. */
const filesAtOnce = 16;

/** What the files of a source hold. Only their first bytes are read. */
export async function readKinds(
  { store, jobs, threads }: ConvertDeps,
  files: readonly SourceInput[],
  work: Pick<WorkContext, 'signal'>,
): Promise<readonly KnownInput[]> {
  return await inBatches(files, threads, work.signal, async (batch, signal) => {
    const heads = batch.map((file) => ({
      file,
      ranges: [{ from: 0, to: Math.min(kindBytes, file.sizeBytes) }],
    }));
    const kinds = await bringFiles(store, heads, (local) => jobs.run('kindsOf', local, { signal }), signal);
    return batch.flatMap((file, at) => {
      const kind = kinds[at];
      return kind === undefined ? [] : [{ ...file, kind }];
    });
  });
}

/** The results of batches of items, in their order. */
export async function inBatches<Item, Result>(
  items: readonly Item[],
  threads: ThreadPool,
  signal: AbortSignal,
  work: (batch: readonly Item[], signal: AbortSignal) => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  const batches: (readonly Item[])[] = [];
  for (let at = 0; at < items.length; at += filesAtOnce) batches.push(items.slice(at, at + filesAtOnce));
  return (await inParallel(batches, itemsAtOnce(threads.size), signal, work)).flat();
}
