import { datasetInfo, modelInfo } from '@huggingface/hub';
import { z } from 'zod';
import { HeadraceError } from '../../../core/errors.js';
import { isRepositoryId } from '../../../core/hub/repository-path.js';
import { asAnswerError } from './answer-error.js';
import type { HubClient } from './hub-client.js';
import { HubRefusal } from './hub-refusal.js';
import { libraryFetch } from './library-fetch.js';
import { nearestDataset } from './nearest-dataset.js';
import { explainRefusal } from './refusals.js';
import type { RepositoryCommit, RepositoryRef } from './repository.js';

const Info = z.object({
  name: z.string().refine(isRepositoryId, 'no id'),
  sha: z.string().regex(/^[0-9a-f]{40}$/),
});

/**
 * The commit of a revision, with the canonical id of its repository.
 *
 * @throws {HeadraceError} HubTokenInvalidError, HubTokenMissingError, GatedDatasetError, DatasetNotFoundError
 * with the nearest id, RevisionNotFoundError with the existing revisions, HubUnavailableError,
 * HubAnswerError.
 */
export async function pinRevision(
  client: HubClient,
  asked: RepositoryRef,
  signal: AbortSignal,
): Promise<RepositoryCommit> {
  const { kind, id, revision } = asked;
  if (!isRepositoryId(id))
    throw new HeadraceError(
      'DatasetNotFoundError',
      `"${id}" is not an id of the Hub: it has the form owner/name, of letters, digits, "-", "_" and "."`,
    );
  const hubUrl = client.config.endpoint;
  const request = { name: id, hubUrl, fetch: libraryFetch(client, signal), revision };
  try {
    const found =
      kind === 'dataset'
        ? await datasetInfo({ ...request, additionalFields: ['sha'] })
        : await modelInfo({ ...request, additionalFields: ['sha'] });
    const { name, sha } = Info.parse(found);
    return { kind, id: name, commitSha: sha };
  } catch (error) {
    if (!(error instanceof HubRefusal)) throw asAnswerError(client, asked, error);
    const explained = await explainRefusal(client, asked, error, signal);
    throw await withAlternatives(client, asked, explained, signal);
  }
}

/**
 * Adds the nearest dataset or the existing revisions to an error. Returns it unchanged where they cannot be
 * fetched.
 */
async function withAlternatives(
  client: HubClient,
  asked: RepositoryRef,
  error: HeadraceError,
  signal: AbortSignal,
): Promise<HeadraceError> {
  try {
    if (error.type === 'DatasetNotFoundError' && asked.kind === 'dataset') {
      const nearest = await nearestDataset(client, asked.id, signal);
      if (nearest === undefined) return error;
      return new HeadraceError(error.type, `${error.message}. The nearest that exists: ${nearest}`, {
        cause: error.cause,
        remedy: `Set the dataset to ${nearest}, correct its id in another way, or set a token that may read it.`,
      });
    }
    if (error.type === 'RevisionNotFoundError') {
      const refs = await listRefs(client, asked, signal);
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
async function listRefs(
  client: HubClient,
  { kind, id }: RepositoryRef,
  signal: AbortSignal,
): Promise<string[]> {
  const url = `${client.config.endpoint}/api/${kind}s/${id}/refs`;
  const refs = Refs.parse(await (await client.fetchWhole(url, signal)).json());
  return [
    ...refs.branches.map(({ name }) => name),
    ...refs.tags.map(({ name }) => name),
    ...refs.converts.map(({ ref }) => ref),
  ].slice(0, 20);
}
