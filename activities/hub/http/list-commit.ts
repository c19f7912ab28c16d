import { listFiles, type ListFileEntry } from '@huggingface/hub';
import { z } from 'zod';
import { HeadraceError } from '../../../core/errors.js';
import type { SourceFile } from '../../../core/contracts/source.js';
import { clashingPath, isRepositoryPath } from '../../../core/hub/repository-path.js';
import { asAnswerError } from './answer-error.js';
import type { HubClient } from './hub-client.js';
import { libraryFetch } from './library-fetch.js';
import { explainingRefusals } from './refusals.js';
import { refOf, type RepositoryCommit } from './repository.js';

const byteCount = z.int().min(0);
/** A file of a listing. Its hash becomes a file name of the store, so its form is checked. */
const FileEntry = z.object({
  path: z.string(),
  size: byteCount,
  oid: z.string().regex(/^[0-9a-f]{40}$/, 'no git blob id'),
  lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/, 'no SHA-256'), size: byteCount }).optional(),
});

/**
 * Every file of a commit, in code-unit order.
 *
 * @throws {HeadraceError} HubFileNotFoundError where the listing names a path outside the repository;
 * HubAnswerError where the answer is no listing, does not end, or has conflicting paths; HubUnavailableError;
 * what a refusal means.
 */
export async function listCommit(
  client: HubClient,
  commit: RepositoryCommit,
  signal: AbortSignal,
): Promise<SourceFile[]> {
  const { kind, id, commitSha } = commit;
  const listing = listFiles({
    repo: { type: kind, name: id },
    revision: commitSha,
    recursive: true,
    hubUrl: client.config.endpoint,
    fetch: libraryFetch(client, signal),
  });
  const files: SourceFile[] = [];
  await explainingRefusals(client, refOf(commit), signal, async () => {
    try {
      for await (const entry of listing) if (entry.type === 'file') files.push(fileOf(commit, entry));
    } catch (error) {
      throw asAnswerError(client, refOf(commit), error);
    }
  });
  const clash = clashingPath(files.map(({ path }) => path));
  if (clash !== undefined)
    throw new HeadraceError(
      'HubAnswerError',
      `The ${kind} ${id} lists ${JSON.stringify(clash.slice(0, 200))} twice, or as a file and a folder`,
    );
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function fileOf({ kind, id }: RepositoryCommit, entry: ListFileEntry): SourceFile {
  const { path, size, oid, lfs } = FileEntry.parse(entry);
  if (!isRepositoryPath(path))
    throw new HeadraceError(
      'HubFileNotFoundError',
      `The ${kind} ${id} lists a file with a path that is outside the repository or not valid: ${JSON.stringify(path.slice(0, 200))}`,
      { remedy: 'Do not use this repository; report it to the Hub.' },
    );
  return lfs === undefined
    ? { path, sizeBytes: size, gitOid: oid }
    : { path, sizeBytes: lfs.size, sha256: lfs.oid };
}
