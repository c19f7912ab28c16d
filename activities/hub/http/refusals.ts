import { HeadraceError } from '../../../core/errors.js';
import type { HubClient, HubRefusal } from './hub-client.js';
import { checkToken } from './whoami.js';

/** What was asked for, to say in errors. */
export interface Subject {
  readonly kind: 'dataset' | 'model';
  readonly id: string;
  readonly revision?: string;
}

/** The page where a person sees the repository and accepts its terms. */
export function pageOf(client: HubClient, { kind, id }: Subject): string {
  return `${client.config.endpoint}/${kind === 'dataset' ? 'datasets/' : ''}${id}`;
}

/**
 * Says what a refusal means. An anonymous 401 cannot tell a missing repository from a private one, so the message does
 * not pretend to; a pending request is told from terms not accepted by the Hub's words only.
 */
export async function explainRefusal(
  client: HubClient,
  subject: Subject,
  refusal: HubRefusal,
  signal: AbortSignal,
): Promise<HeadraceError> {
  const { status, code, said } = refusal;
  const name = `${subject.kind} ${subject.id}`;
  const { token, tokenFrom } = client.config;
  const options = { cause: refusal };
  if (status === 401 && token !== undefined && (await checkToken(client, signal)).token === 'refused')
    return new HeadraceError(
      'HubTokenInvalidError',
      `The Hub does not know the token from ${tokenFrom} (asked for ${name})`,
      options,
    );
  if (code === 'GatedRepo' || status === 403) return gated(client, subject, refusal);
  if (code === 'RevisionNotFound')
    return new HeadraceError(
      'RevisionNotFoundError',
      `The ${name} has no revision "${subject.revision ?? 'main'}"`,
      options,
    );
  if (code === 'EntryNotFound')
    return new HeadraceError('HubFileNotFoundError', `${refusal.url} is not there: ${said}`, options);
  if (status === 401 || status === 404)
    return new HeadraceError(
      'DatasetNotFoundError',
      token === undefined
        ? `The ${name} is not found, or private: without a token the Hub does not tell which`
        : `The ${name} is not found, or private and closed to the account of your token`,
      { ...options, remedy: `Correct the ${subject.kind} id, or set a token that may read it.` },
    );
  return new HeadraceError('DatasetNotFoundError', `The Hub refuses ${name}: ${status} ${said}`, {
    ...options,
    remedy: `Look at ${pageOf(client, subject)}.`,
  });
}

function gated(client: HubClient, subject: Subject, refusal: HubRefusal): HeadraceError {
  const { said } = refusal;
  const page = pageOf(client, subject);
  const name = `${subject.kind} ${subject.id}`;
  const options = { cause: refusal };
  if (client.config.token === undefined)
    return new HeadraceError(
      'HubTokenMissingError',
      `The ${name} is gated, and no token is set. See ${page}`,
      {
        ...options,
        remedy: `Accept the terms at ${page}, then set HF_TOKEN on the worker, or run \`hf auth login\` there.`,
      },
    );
  if (/awaiting|pending|under review/i.test(said))
    return new HeadraceError(
      'GatedDatasetError',
      `Your request for the gated ${name} is pending: "${said}"`,
      {
        ...options,
        remedy: `Wait for its authors, look at ${page}, then retry.`,
      },
    );
  if (/reject/i.test(said))
    return new HeadraceError(
      'GatedDatasetError',
      `Your request for the gated ${name} was rejected: "${said}"`,
      {
        ...options,
        remedy: `Write to its authors (${page}), or leave the source out.`,
      },
    );
  const why = /authorized list|ask for access|accept/i.test(said)
    ? 'its terms are not accepted by the account of your token'
    : 'its terms are not accepted by the account of your token, or the request is pending';
  return new HeadraceError('GatedDatasetError', `The ${name} is gated and ${why}. The Hub says: "${said}"`, {
    ...options,
    remedy: `Accept the terms at ${page} with the account of your token, then retry.`,
  });
}
