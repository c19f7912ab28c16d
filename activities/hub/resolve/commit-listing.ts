import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SourceFile } from '../../../core/contracts/source.js';
import { isMissing } from '../../../files/errno.js';
import { writeFileAtomic } from '../../../files/write-atomic.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { repositoryFolder } from '../download/blob-paths.js';
import type { HubClient } from '../http/hub-client.js';
import { listCommit } from '../http/list-commit.js';
import { explainingRefusals } from '../http/refusals.js';
import { refOf, resolveUrl, type RepositoryCommit } from '../http/repository.js';

const CommitListing = z.object({
  files: z.array(SourceFile).readonly(),
  /** Text of README.md, `''` where there is none. */
  readme: z.string(),
});
/** The files and the README.md of a commit. */
export type CommitListing = z.infer<typeof CommitListing>;

const longestReadmeBytes = 4_000_000;

/**
 * The files and README.md of a commit. They are kept in the store, because a commit never changes.
 *
 * @throws {HeadraceError} as {@link listCommit}; GatedDatasetError where the README.md is behind the gate.
 */
export async function commitListing(
  store: ArtifactStore,
  client: HubClient,
  commit: RepositoryCommit,
  signal: AbortSignal,
): Promise<CommitListing> {
  const path = join(repositoryFolder(store, commit), 'listings', `${commit.commitSha}.json`);
  const known = await readKnown(path);
  if (known !== undefined) return known;
  const files = await listCommit(client, commit, signal);
  const listing = { files, readme: await readReadme(client, commit, files, signal) };
  await writeFileAtomic(path, JSON.stringify(listing));
  return listing;
}

async function readKnown(path: string): Promise<CommitListing | undefined> {
  try {
    return CommitListing.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    // A listing that cannot be read is made again.
    if (isMissing(error) || error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

async function readReadme(
  client: HubClient,
  commit: RepositoryCommit,
  files: readonly SourceFile[],
  signal: AbortSignal,
): Promise<string> {
  const readme = files.find((file) => file.path === 'README.md');
  if (readme === undefined || readme.sizeBytes === 0 || readme.sizeBytes > longestReadmeBytes) return '';
  const url = resolveUrl(client.config, commit, 'README.md');
  return await explainingRefusals(client, refOf(commit), signal, async () =>
    (await client.fetchWhole(url, signal)).text(),
  );
}
