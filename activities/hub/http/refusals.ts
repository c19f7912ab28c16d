import { HeadraceError } from '../../../core/errors.js';
import type { HubClient } from './hub-client.js';
import { HubRefusal } from './hub-refusal.js';
import { pageOf, type RepositoryRef } from './repository.js';
import { checkToken } from './whoami.js';

/**
 * Returns the result of `work`. Throws the error of {@link explainRefusal} in place of a refusal.
 *
 * @param asked - the repository that `work` requests.
 */
export async function explainingRefusals<T>(
  client: HubClient,
  asked: RepositoryRef,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HubRefusal) throw await explainRefusal(client, asked, error, signal);
    throw error;
  }
}

/**
 * The error that a refusal means: HubTokenInvalidError, HubTokenMissingError, GatedDatasetError,
 * RevisionNotFoundError, HubFileNotFoundError or DatasetNotFoundError.
 *
 * An anonymous 401 is the answer for a missing repository and for a private one, so the message names both.
 * Only the Hub's text distinguishes a pending request from terms that are not accepted.
 */
export async function explainRefusal(
  client: HubClient,
  asked: RepositoryRef,
  refusal: HubRefusal,
  signal: AbortSignal,
): Promise<HeadraceError> {
  const { status, code, reason } = refusal;
  const name = `${asked.kind} ${asked.id}`;
  const { token, tokenFrom } = client.config;
  const options = { cause: refusal };
  if (status === 401 && token !== undefined && (await checkToken(client, signal)).token === 'refused')
    return new HeadraceError(
      'HubTokenInvalidError',
      `The Hub does not accept the token from ${tokenFrom} (for ${name})`,
      options,
    );
  if (code === 'GatedRepo' || status === 403) return explainGate(client, asked, refusal);
  if (code === 'RevisionNotFound')
    return new HeadraceError(
      'RevisionNotFoundError',
      `The ${name} has no revision "${asked.revision}"`,
      options,
    );
  if (code === 'EntryNotFound')
    return new HeadraceError('HubFileNotFoundError', `${refusal.url} does not exist: ${reason}`, options);
  if (status === 401 || status === 404)
    return new HeadraceError(
      'DatasetNotFoundError',
      token === undefined
        ? `The ${name} is not found, or private: without a token the Hub does not distinguish the two`
        : `The ${name} is not found, or private and closed to the account of your token`,
      { ...options, remedy: `Correct the ${asked.kind} id, or set a token that may read it.` },
    );
  return new HeadraceError('DatasetNotFoundError', `The Hub refuses ${name}: ${status} ${reason}`, {
    ...options,
    remedy: `See ${pageOf(client.config, asked)}.`,
  });
}

function explainGate(client: HubClient, asked: RepositoryRef, refusal: HubRefusal): HeadraceError {
  const { reason } = refusal;
  const page = pageOf(client.config, asked);
  const name = `${asked.kind} ${asked.id}`;
  if (client.config.token === undefined)
    return new HeadraceError(
      'HubTokenMissingError',
      `The ${name} is gated, and no token is set. See ${page}`,
      {
        cause: refusal,
        remedy: `Accept the terms at ${page}, then set HF_TOKEN on the worker, or run \`hf auth login\` there.`,
      },
    );
  const gated = (message: string, remedy: string): HeadraceError =>
    new HeadraceError('GatedDatasetError', message, { cause: refusal, remedy });
  if (/awaiting|pending|under review/i.test(reason))
    return gated(
      `Your request for the gated ${name} is pending: "${reason}"`,
      `Wait until its authors decide (${page}), then retry.`,
    );
  if (/reject/i.test(reason))
    return gated(
      `Your request for the gated ${name} was rejected: "${reason}"`,
      `Write to its authors (${page}), or leave the source out.`,
    );
  const isCertain = /authorized list|ask for access|accept/i.test(reason);
  const why = `its terms are not accepted by the account of your token${isCertain ? '' : ', or the request is pending'}`;
  return gated(
    `The ${name} is gated and ${why}. The Hub answers: "${reason}"`,
    `Accept the terms at ${page} with the account of your token, then retry.`,
  );
}
