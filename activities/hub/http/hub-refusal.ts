import { readUpTo } from './read-body.js';
import { isTransientStatus, retryAfterOf, TransientError } from './retry.js';

/** The most bytes of a refusal that are read. */
const longestRefusalBytes = 64_000;

/** The Hub's refusal of a request. It keeps the `X-Error-Code`, which `@huggingface/hub` drops. */
export class HubRefusal extends Error {
  override readonly name = 'HubRefusal';

  constructor(
    readonly status: number,
    /** RepoNotFound, RevisionNotFound, EntryNotFound, GatedRepo, … */
    readonly code: string | undefined,
    /** The text of the Hub. */
    readonly reason: string,
    readonly url: string,
  ) {
    super(`${status} ${reason} (${url})`);
  }
}

/** The error of an unsuccessful answer: transient or a refusal, by its status. */
export async function failureOf(response: Response, url: URL): Promise<TransientError | HubRefusal> {
  const { status, headers } = response;
  const shown = withoutQuery(url);
  const body = await readUpTo(response, longestRefusalBytes).then(
    ({ bytes }) => bytes.toString('utf8'),
    () => '',
  );
  if (isTransientStatus(status))
    return new TransientError(`${shown} answers ${status}`, retryAfterOf(headers, Date.now()));
  const reason = (headers.get('x-error-message') ?? errorInJson(body) ?? pageTitle(body) ?? body).slice(
    0,
    300,
  );
  return new HubRefusal(status, headers.get('x-error-code') ?? undefined, reason, shown);
}

function errorInJson(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'error' in parsed) return String(parsed.error);
  } catch {
    // The body is text.
  }
  return undefined;
}

/** Of an HTML page, as proxies and firewalls answer, its title: `a web page "Access denied"`. */
function pageTitle(body: string): string | undefined {
  if (!/^\s*<(!doctype\s+html|html)\b/i.test(body)) return undefined;
  const title = /<title[^>]*>([^<]*)</i.exec(body)?.[1]?.trim() ?? '';
  return title === '' ? 'a web page without a title' : `a web page "${title}"`;
}

/** The URL as messages show it: the query of a signed URL is a secret. */
export function withoutQuery(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
