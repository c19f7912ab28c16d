import { z } from 'zod';
import { SourceFile } from '../../../core/contracts/source.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { repositoryNotes } from '../download/hub-blob.js';
import type { HubClient } from '../http/hub-client.js';
import { listCommit } from '../http/list-commit.js';
import { explainingRefusals } from '../http/refusals.js';
import { refOf, resolveUrl, type RepositoryCommit } from '../http/repository.js';

const CommitListing = z.object({
  files: z.array(SourceFile).readonly(),
  /** Text of README.md, `''` where there is none. */
  readme: z.string(),
  /** Text of .huggingface.yaml, `''` where there is none. */
  settings: z.string(),
});
/** The files of a commit, and the two that describe them. */
export type CommitListing = z.infer<typeof CommitListing>;

const longestTextBytes = 4_000_000;

/**
 * The files, README.md and .huggingface.yaml of a commit. They are kept in the store, because a commit never
 * changes.
 *
 * @throws {HeadraceError} as {@link listCommit}; GatedDatasetError where the README.md is behind the gate.
 */
export async function commitListing(
  store: ArtifactStore,
  client: HubClient,
  commit: RepositoryCommit,
  signal: AbortSignal,
): Promise<CommitListing> {
  const name = `${repositoryNotes(commit)}listings/${commit.commitSha}.json`;
  const known = knownListing(await store.read(name));
  if (known !== undefined) return known;
  const files = await listCommit(client, commit, signal);
  const read = (file: string): Promise<string> => readText(client, commit, files, file, signal);
  const listing = { files, readme: await read('README.md'), settings: await read('.huggingface.yaml') };
  await store.note(name, JSON.stringify(listing));
  return listing;
}

function knownListing(text: string | undefined): CommitListing | undefined {
  if (text === undefined) return undefined;
  try {
    return CommitListing.parse(JSON.parse(text));
  } catch (error) {
    // A listing that cannot be read is made again.
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

async function readText(
  client: HubClient,
  commit: RepositoryCommit,
  files: readonly SourceFile[],
  name: string,
  signal: AbortSignal,
): Promise<string> {
  const file = files.find(({ path }) => path === name);
  if (file === undefined || file.sizeBytes === 0 || file.sizeBytes > longestTextBytes) return '';
  const url = resolveUrl(client.config, commit, name);
  return await explainingRefusals(client, refOf(commit), signal, async () =>
    (await client.fetchWhole(url, signal)).text(),
  );
}
