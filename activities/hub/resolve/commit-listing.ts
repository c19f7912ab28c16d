import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { SourceFile } from '../../../core/contracts/source.js';
import { hubFolder } from './resolution.js';
import { isMissing } from '../../../files/errno.js';
import { writeFileAtomic } from '../../../files/write-atomic.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import { HubRefusal, type HubClient } from '../http/hub-client.js';
import { explainRefusal, type Subject } from '../http/refusals.js';
import { listCommit, resolveUrl } from '../http/repository-api.js';

const optionalText = z.string().exactOptional();
const CommitListing = z.object({
  files: z.array(
    z.object({ path: z.string(), sizeBytes: z.number(), sha256: optionalText, gitOid: optionalText }),
  ),
  /** Text of README.md, `''` where there is none. */
  readme: z.string(),
});

export interface CommitListing {
  readonly files: readonly SourceFile[];
  readonly readme: string;
}

const longestReadmeBytes = 4_000_000;

/** `<store>/hub/datasets--<owner>--<name>`, or `models--…`. */
export function repositoryFolder(store: ArtifactStore, { kind, id }: Subject): string {
  return kind === 'dataset'
    ? hubFolder(store, id)
    : join(store.root, 'hub', `models--${id.replaceAll('/', '--')}`);
}

/**
 * The files and README.md of a commit: from the store where it was listed before (a commit never changes), else from
 * the Hub. `subject.id` is canonical.
 *
 * @throws {HeadraceError} as {@link listCommit}; GatedDatasetError where the README.md is behind the gate.
 */
export async function commitListing(
  store: ArtifactStore,
  client: HubClient,
  subject: Subject,
  commitSha: string,
  signal: AbortSignal,
): Promise<CommitListing> {
  const path = join(repositoryFolder(store, subject), 'listings', `${commitSha}.json`);
  try {
    return CommitListing.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    // A listing that cannot be read is made again, like a missing one.
    const damaged = error instanceof SyntaxError || error instanceof z.ZodError;
    if (!isMissing(error) && !damaged) throw error;
  }
  const files = await listCommit(client, subject, commitSha, signal);
  const listing = { files, readme: await readReadme(client, subject, commitSha, files, signal) };
  await writeFileAtomic(path, JSON.stringify(listing));
  return listing;
}

async function readReadme(
  client: HubClient,
  subject: Subject,
  commitSha: string,
  files: readonly SourceFile[],
  signal: AbortSignal,
): Promise<string> {
  const readme = files.find((file) => file.path === 'README.md');
  if (readme === undefined || readme.sizeBytes === 0 || readme.sizeBytes > longestReadmeBytes) return '';
  try {
    const url = resolveUrl(client, subject, commitSha, 'README.md');
    return await (await client.whole(url, signal)).text();
  } catch (error) {
    if (error instanceof HubRefusal) throw await explainRefusal(client, subject, error, signal);
    throw error;
  }
}
