import { defined } from '../../../core/defined.js';
import { HeadraceError } from '../../../core/errors.js';
import type { HubClient } from './hub-client.js';
import { HubRefusal } from './hub-refusal.js';
import { refusalTable, type RefusedRequest } from './refusal-table.js';
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

/** The error that a refusal means, by {@link refusalTable}. */
export async function explainRefusal(
  client: HubClient,
  asked: RepositoryRef,
  refusal: HubRefusal,
  signal: AbortSignal,
): Promise<HeadraceError> {
  const { status, code, reason, url } = refusal;
  const { config } = client;
  const hasToken = config.token !== undefined;
  const refused: RefusedRequest = {
    status,
    code,
    words: reason.trim(),
    url,
    name: `${asked.kind} ${asked.id}`,
    revision: asked.revision,
    page: pageOf(config, asked),
    tokensPage: `${config.endpoint}/settings/tokens`,
    tokenFrom: hasToken ? config.tokenFrom : undefined,
    isTokenRefused: status === 401 && hasToken && (await checkToken(client, signal)).token === 'refused',
  };
  const row = refusalTable.find(({ matches }) => matches(refused));
  if (row === undefined)
    throw new Error('The last row of the table matches every refusal', { cause: refusal });
  const { type, text, remedy } = row;
  return new HeadraceError(type, text(refused), {
    cause: refusal,
    ...defined({ remedy: remedy?.(refused) }),
  });
}
