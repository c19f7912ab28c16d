import { createHash } from 'node:crypto';
import type { SourceFile } from '../../../core/contracts/source.js';
import { TransientError } from '../http/retry.js';
import { oidOf } from './hub-blob.js';
import type { ByteAccount } from './byte-account.js';
import type { FileRequest } from './fetch-missing.js';
import { RemoteFile } from './remote-file.js';
import { mismatch } from './mismatch.js';

/**
 * Files up to this size are fetched in one answer and checked in memory. A lock, a record of durable bytes
 * and a hash beside the download would cost ten times as much as the bytes; a kill costs this much for each
 * file.
 */
export const smallBytes = 256 * 1024;

/**
 * Fetches a small file whole and checks its hash. After a wrong hash it is fetched once more. Two processes
 * that want the file fetch it both and write the same bytes.
 *
 * @throws {HeadraceError} HashMismatchError, HubUnavailableError; HubRefusal; the signal's reason.
 */
export async function fetchSmall(
  { client, url, file, connections }: FileRequest,
  signal: AbortSignal,
  account: ByteAccount,
): Promise<Buffer> {
  const remote = new RemoteFile(client, url, file.sizeBytes, undefined);
  for (let isLast = false; ; isLast = true) {
    const bytes = await connections(() =>
      client.withRetries(url, signal, (limited) => readWhole(remote, file, limited)),
    );
    account.fetched(bytes.length);
    const found = hashOf(file, bytes);
    if (found === oidOf(file)) return bytes;
    account.discarded();
    if (isLast) throw mismatch(file, url, found);
  }
}

async function readWhole(
  remote: RemoteFile,
  { sizeBytes }: SourceFile,
  signal: AbortSignal,
): Promise<Buffer> {
  const { body } = await remote.open({ start: 0, end: sizeBytes }, signal);
  const blocks: Buffer[] = [];
  let bytes = 0;
  for await (const block of body) {
    blocks.push(Buffer.from(block));
    bytes += block.length;
    if (bytes > sizeBytes) break;
  }
  if (bytes < sizeBytes) throw new TransientError('The connection ended early');
  return Buffer.concat(blocks);
}

/** The SHA-256 of an LFS file, git's blob id of any other. */
function hashOf({ sha256 }: SourceFile, bytes: Buffer): string {
  return sha256 === undefined
    ? createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
    : createHash('sha256').update(bytes).digest('hex');
}
