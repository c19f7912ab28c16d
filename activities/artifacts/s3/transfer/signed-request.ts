import { z } from 'zod';

/** A request of the SDK, complete and signed. Its headers are secret. */
export interface SignedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const HttpRequest = z.object({
  protocol: z.string(),
  hostname: z.string(),
  port: z.number().optional(),
  path: z.string(),
  query: z.record(z.string(), z.union([z.string(), z.array(z.string()), z.null()])),
  headers: z.record(z.string(), z.string()),
});

/** What the SDK hands to its own HTTP client. */
export function signedRequest(request: unknown): SignedRequest {
  const { protocol, hostname, port, path, query, headers } = HttpRequest.parse(request);
  const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
  const fields = Object.entries(query).flatMap(([name, value]) => {
    if (value === null) return [escaped(name)];
    return [value].flat().map((each) => `${escaped(name)}=${escaped(each)}`);
  });
  return { url: `${origin}${path}${fields.length === 0 ? '' : `?${fields.join('&')}`}`, headers };
}

/** A part of a path or query as signatures have it: more characters are escaped than usual. */
export function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
