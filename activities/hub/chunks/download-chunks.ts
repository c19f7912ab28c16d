import { oidOf } from '../download/hub-blob.js';
import { ByteAccount, type BlobListener, type BlobOutcome } from '../download/byte-account.js';
import type { FileRequest } from '../download/fetch-missing.js';
import { fetchRange } from '../download/fetch-range.js';
import { fetchSmall } from '../download/fetch-small.js';
import { mismatch } from '../download/mismatch.js';
import { RemoteFile } from '../download/remote-file.js';
import type { ChunkHashes } from './chunk-hasher.js';
import { storeChunks, type ChunkTarget } from './store-chunks.js';

/** A second wrong hash, after all bytes were fetched again, means that the Hub's bytes are wrong. */
const mostFailedChecks = 2;

/**
 * Downloads a file of the Hub to a bucket, chunk by chunk. Each chunk is in the store as soon as it is whole,
 * so that whoever goes on, on any machine, fetches only the rest from the Hub. A kill loses the chunks that
 * are under way: one for each connection. The manifest of the blob is written when the hash of the whole is
 * right. After a wrong hash every chunk is removed and fetched once more.
 *
 * Nothing is locked: two attempts at a time put equal bytes under equal keys.
 *
 * @throws {HeadraceError} HashMismatchError, DiskFullError, HubUnavailableError, those of {@link Objects};
 * HubRefusal; the signal's reason.
 */
export async function downloadChunks(
  request: FileRequest,
  target: ChunkTarget,
  signal: AbortSignal,
  listener: BlobListener,
): Promise<BlobOutcome> {
  const { file, url } = request;
  const { stored } = target;
  const account = new ByteAccount(listener);
  if (await stored.isWhole()) return account.outcome(file.sizeBytes);
  if (stored.isSmall) {
    await stored.writeContent(await fetchSmall(request, signal, account));
    return account.outcome(file.sizeBytes);
  }
  for (let failedChecks = 0; ;) {
    const { oid, chunks } = await fetchAll(request, target, account, signal);
    if (oid === oidOf(file)) {
      await stored.finish(chunks);
      return account.outcome(file.sizeBytes);
    }
    account.discarded();
    await stored.remove();
    failedChecks += 1;
    if (failedChecks === mostFailedChecks) throw mismatch(file, url, oid);
  }
}

function fetchAll(
  { client, file, url, connections, transfers }: FileRequest,
  target: ChunkTarget,
  account: ByteAccount,
  signal: AbortSignal,
): Promise<ChunkHashes> {
  const { tuning } = client;
  // The Hub sends plain git files itself, and they are small.
  const isGitBlob = file.sha256 === undefined;
  const remote = new RemoteFile(client, url, file.sizeBytes, isGitBlob ? undefined : transfers);
  return storeChunks(
    {
      name: file.path,
      target,
      account,
      sizeBytes: file.sizeBytes,
      isGitBlob,
      atOnce: tuning.connectionsPerFile,
      // A chunk that is not in the store yet keeps its connection, which bounds what a kill loses.
      fetch: (chunk, local, stop) =>
        connections(async () => {
          stop.throwIfAborted();
          const range = { start: chunk.from, end: chunk.to };
          await fetchRange(remote, local, range, tuning, stop, ({ start, end }) =>
            account.fetched(end - start),
          );
          await target.stored.write(chunk, { path: local.path }, stop);
        }),
    },
    signal,
  );
}
