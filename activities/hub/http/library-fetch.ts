import { defined } from '../../../core/defined.js';
import { HeadraceError } from '../../../core/errors.js';
import type { HubClient } from './hub-client.js';
import { withoutQuery } from './hub-refusal.js';

/** The most pages of one listing: ten million files. */
const mostPages = 10_000;

/**
 * `fetch` for one call of `@huggingface/hub`: whole small answers, with the retries and the token of
 * `client`.
 *
 * It throws a {@link HeadraceError} HubAnswerError where the pages of a listing repeat or do not end.
 */
export function libraryFetch(client: HubClient, signal: AbortSignal): typeof fetch {
  const seen = new Set<string>();
  return async (input, init) => {
    const url = atEndpoint(client.config.endpoint, input instanceof Request ? input.url : String(input));
    const endless = seen.has(url) ? 'leads back to a page that was read' : 'does not end';
    if (seen.has(url) || seen.size === mostPages)
      throw new HeadraceError(
        'HubAnswerError',
        `The listing ${withoutQuery(new URL(url))} ${endless} (${seen.size} pages)`,
      );
    seen.add(url);
    const headers = Object.fromEntries(new Headers(init?.headers));
    // The client adds the token itself, by origin.
    delete headers['authorization'];
    const body = typeof init?.body === 'string' ? init.body : undefined;
    return client.fetchWhole(url, signal, { headers, ...defined({ method: init?.method, body }) });
  };
}

/**
 * The URL at the endpoint. A mirror hands on answers of the Hub, in which links, such as that to the next
 * page of a listing, have the origin of the Hub.
 */
function atEndpoint(endpoint: string, url: string): string {
  const [base, asked] = [new URL(endpoint), new URL(url)];
  if (asked.origin === base.origin) return url;
  return `${endpoint}${asked.pathname}${asked.search}`;
}
