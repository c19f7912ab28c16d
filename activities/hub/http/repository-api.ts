import { datasetInfo, listFiles, modelInfo } from '@huggingface/hub';
import { z } from 'zod';
import { HeadraceError } from '../../../core/errors.js';
import type { SourceFile } from '../../../core/contracts/source.js';
import { clashingPath, isRepositoryId, isRepositoryPath } from '../../../core/hub/repository-path.js';
import { HubRefusal, type HubClient } from './hub-client.js';
import { nearestDataset } from './nearest-dataset.js';
import { explainRefusal, type Subject } from './refusals.js';

/** A revision of a repository, pinned. */
export interface PinnedRepository {
  /** Canonical id. */
  readonly id: string;
  readonly commitSha: string;
}

const Info = z.object({
  name: z.string().refine(isRepositoryId, 'no id'),
  sha: z.string().regex(/^[0-9a-f]{40}$/),
});
const size = z.int().min(0);
/** What a listing says of a file. Its hash becomes a file name of the store, so it has to be one. */
const FileEntry = z.object({
  path: z.string(),
  size,
  oid: z.string().regex(/^[0-9a-f]{40}$/, 'no git blob id'),
  lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/, 'no SHA-256'), size }).optional(),
});

/**
 * Canonical id and commit of a revision.
 *
 * @throws {HeadraceError} HubTokenInvalidError, DatasetNotFoundError naming the nearest dataset, RevisionNotFoundError
 * listing the revisions there are, HubUnavailableError.
 */
export async function pinRevision(
  client: HubClient,
  subject: Subject,
  signal: AbortSignal,
): Promise<PinnedRepository> {
  const { id } = subject;
  if (!isRepositoryId(id))
    throw new HeadraceError(
      'DatasetNotFoundError',
      `"${id}" is not an id of the Hub: it has the form owner/name, of letters, digits, "-", "_" and "."`,
    );
  const request = {
    name: id,
    hubUrl: client.config.endpoint,
    fetch: client.fetchFor(signal),
    revision: subject.revision ?? 'main',
  };
  try {
    const found =
      subject.kind === 'dataset'
        ? await datasetInfo({ ...request, additionalFields: ['sha'] })
        : await modelInfo({ ...request, additionalFields: ['sha'] });
    const { name, sha } = Info.parse(found);
    return { id: name, commitSha: sha };
  } catch (error) {
    if (!(error instanceof HubRefusal)) throw asAnswerError(client, subject, error);
    const explained = await explainRefusal(client, subject, error, signal);
    throw await withAdvice(client, subject, explained, signal);
  }
}

/** Adds what there is to what there is not. The advice is a courtesy: where it cannot be had, the error stands alone. */
async function withAdvice(
  client: HubClient,
  subject: Subject,
  error: HeadraceError,
  signal: AbortSignal,
): Promise<HeadraceError> {
  try {
    if (error.type === 'DatasetNotFoundError' && subject.kind === 'dataset') {
      const nearest = await nearestDataset(client, subject.id, signal);
      if (nearest === undefined) return error;
      return new HeadraceError(error.type, `${error.message}. The nearest that exists: ${nearest}`, {
        cause: error.cause,
        remedy: `If you meant ${nearest}, write that; otherwise correct the id, or set a token that may read it.`,
      });
    }
    if (error.type === 'RevisionNotFoundError') {
      const refs = await listRefs(client, subject, signal);
      return new HeadraceError(error.type, `${error.message}; there are ${refs.join(', ')}`, {
        cause: error.cause,
      });
    }
  } catch {
    signal.throwIfAborted();
  }
  return error;
}

const Refs = z.object({
  branches: z.array(z.object({ name: z.string() })),
  converts: z.array(z.object({ ref: z.string() })).default([]),
  tags: z.array(z.object({ name: z.string() })).default([]),
});

/** Branches, tags and converted branches, as a recipe would write them; at most twenty. */
async function listRefs(client: HubClient, subject: Subject, signal: AbortSignal): Promise<string[]> {
  const url = `${client.config.endpoint}/api/${subject.kind}s/${subject.id}/refs`;
  const refs = Refs.parse(await (await client.whole(url, signal)).json());
  return [
    ...refs.branches.map(({ name }) => name),
    ...refs.tags.map(({ name }) => name),
    ...refs.converts.map(({ ref }) => ref),
  ].slice(0, 20);
}

/**
 * Every file of a commit, in code-unit order.
 *
 * @throws {HeadraceError} HubFileNotFoundError where the listing names a path outside the repository, HubAnswerError where
 * it is none, or never ends.
 */
export async function listCommit(
  client: HubClient,
  subject: Subject,
  commitSha: string,
  signal: AbortSignal,
): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  try {
    for await (const entry of listFiles({
      repo: { type: subject.kind, name: subject.id },
      revision: commitSha,
      recursive: true,
      hubUrl: client.config.endpoint,
      fetch: client.fetchFor(signal),
    })) {
      if (entry.type !== 'file') continue;
      const { path, size, oid, lfs } = FileEntry.parse(entry);
      if (!isRepositoryPath(path))
        throw new HeadraceError(
          'HubFileNotFoundError',
          `The ${subject.kind} ${subject.id} lists a file outside itself, or under a name that no file can have: ${JSON.stringify(path.slice(0, 200))}`,
          { remedy: 'Do not use this repository; report it to the Hub.' },
        );
      files.push(
        lfs === undefined
          ? { path, sizeBytes: size, gitOid: oid }
          : { path, sizeBytes: lfs.size, sha256: lfs.oid },
      );
    }
  } catch (error) {
    if (error instanceof HubRefusal) throw await explainRefusal(client, subject, error, signal);
    throw asAnswerError(client, subject, error);
  }
  const clash = clashingPath(files.map(({ path }) => path));
  if (clash !== undefined)
    throw new HeadraceError(
      'HubAnswerError',
      `The ${subject.kind} ${subject.id} lists ${JSON.stringify(clash.slice(0, 200))} twice, or as a file and a folder`,
    );
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** An answer that is no JSON, or not of the form that the Hub's has; other errors as they are. */
function asAnswerError(client: HubClient, { kind, id }: Subject, error: unknown): unknown {
  const why =
    error instanceof z.ZodError
      ? z.prettifyError(error)
      : error instanceof SyntaxError || error instanceof TypeError
        ? error.message
        : undefined;
  if (why === undefined) return error;
  return new HeadraceError(
    'HubAnswerError',
    `${client.config.endpoint} does not answer as a Hub when it is asked for the ${kind} ${id}: ${why.slice(0, 300)}`,
    { cause: error },
  );
}

/** Where the bytes of a file are asked for. */
export function resolveUrl(client: HubClient, subject: Subject, commitSha: string, path: string): string {
  const prefix = subject.kind === 'dataset' ? 'datasets/' : '';
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return `${client.config.endpoint}/${prefix}${subject.id}/resolve/${commitSha}/${encoded}`;
}
