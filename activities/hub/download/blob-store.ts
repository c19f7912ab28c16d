import { mkdir, readlink, realpath, rename, rm, symlink } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { dirname, join, relative } from 'node:path';
import pLimit, { type LimitFunction } from 'p-limit';
import type { SourceFile } from '../../../core/contracts/source.js';
import { HeadraceError } from '../../../core/errors.js';
import { oidOf } from '../resolve/resolution.js';
import { hasCode, isMissing } from '../../../files/errno.js';
import { markUsed, type ArtifactStore } from '../../artifacts/store.js';
import { repositoryFolder } from '../resolve/commit-listing.js';
import { downloadBlob, isBlobThere, type BlobListener, type BlobOutcome } from './download-blob.js';
import { FileHasher } from './file-hasher.js';
import { HubRefusal, type HubClient } from '../http/hub-client.js';
import { explainRefusal, type Subject } from '../http/refusals.js';
import { resolveUrl } from '../http/repository-api.js';
import { Transfers } from './transfers.js';
import type { HubTuning } from '../http/tuning.js';

/** A file of a commit. `subject.id` is canonical. */
export interface CommitFile {
  readonly subject: Subject;
  readonly commitSha: string;
  readonly file: SourceFile;
}

/** The files of the Hub in the store, by content. One a process: it shares downloads and counts connections. */
export class BlobStore {
  private readonly connections: LimitFunction;
  private readonly transfers = new Transfers();
  private readonly hasher = new FileHasher();
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(
    private readonly store: ArtifactStore,
    tuning: HubTuning,
  ) {
    this.connections = pLimit(tuning.connections);
  }

  pathOf(subject: Subject, file: SourceFile): string {
    return join(repositoryFolder(this.store, subject), 'blobs', oidOf(file));
  }

  /**
   * Makes sure that the file is in the store, and linked from `snapshots/<commit>/<path>` for people to find. A file that
   * this process is fetching already is waited for, not fetched twice.
   *
   * @throws {HeadraceError} as {@link downloadBlob}, and what the Hub's refusal means.
   */
  async bring(
    client: HubClient,
    what: CommitFile,
    signal: AbortSignal,
    listener: BlobListener,
  ): Promise<BlobOutcome> {
    const { subject, commitSha, file } = what;
    const path = this.pathOf(subject, file);
    for (;;) {
      const other = this.underWay.get(path);
      if (other === undefined) break;
      await settledOrAborted(other, signal);
    }
    const url = resolveUrl(client, subject, commitSha, file.path);
    const work = this.download(client, { url, file, path }, signal, listener);
    const clear = (): void => void this.underWay.delete(path);
    this.underWay.set(path, work.then(clear, clear));
    try {
      const outcome = await work;
      await this.link(what, path);
      return outcome;
    } catch (error) {
      if (error instanceof HubRefusal) throw await explainRefusal(client, subject, error, signal);
      throw error;
    }
  }

  private async download(
    client: HubClient,
    request: { readonly url: string; readonly file: SourceFile; readonly path: string },
    signal: AbortSignal,
    listener: BlobListener,
  ): Promise<BlobOutcome> {
    const { file, path } = request;
    if (await isBlobThere(path, file.sizeBytes)) {
      await markUsed(path);
      listener.had(file.sizeBytes);
      return { fetchedBytes: 0, resumedBytes: 0, reused: true };
    }
    const { connections, transfers, hasher } = this;
    return downloadBlob({ ...request, client, connections, transfers, hasher }, signal, listener);
  }

  private async link({ subject, commitSha, file }: CommitFile, path: string): Promise<void> {
    const link = join(repositoryFolder(this.store, subject), 'snapshots', commitSha, ...file.path.split('/'));
    const target = relative(dirname(link), path);
    try {
      if ((await readlink(link)) === target) return;
    } catch (error) {
      // Missing, or no link: it is made.
      if (!isMissing(error) && !hasCode(error, 'EINVAL')) throw error;
    }
    await mkdir(dirname(link), { recursive: true });
    const snapshot = await realpath(join(repositoryFolder(this.store, subject), 'snapshots', commitSha));
    const folder = await realpath(dirname(link));
    if (folder !== join(snapshot, dirname(file.path)))
      throw new HeadraceError(
        'ArtifactCorruptError',
        `${dirname(link)} leads out of the store, to ${folder}`,
        {
          remedy: 'Remove that link; the folder is made again.',
        },
      );
    const aside = `${link}.${randomUUID().slice(0, 8)}`;
    await symlink(target, aside);
    try {
      await rename(aside, link);
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
  }
}

/** Waits for the work of another caller, whatever comes of it, but not longer than our own signal. */
async function settledOrAborted(other: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let onAbort = (): void => undefined;
  const aborted = new Promise<void>((done) => {
    onAbort = done;
    signal.addEventListener('abort', onAbort);
  });
  await Promise.race([other, aborted]);
  signal.removeEventListener('abort', onAbort);
  signal.throwIfAborted();
}
