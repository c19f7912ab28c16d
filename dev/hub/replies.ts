import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  callerOf,
  invalidCredentials,
  isVisible,
  repositoryMissing,
  type Caller,
  type Refusal,
} from './access.js';
import type { Repositories, Repository, RepositoryKind } from './repositories.js';

/** What the routes share. */
export interface HubContext {
  readonly repositories: Repositories;
  readonly tokens: ReadonlyMap<string, string>;
  /** The Hub's own base URL. */
  readonly url: () => string;
}

/** The repository that a request names, or the refusal or redirect that was sent in its place. */
export async function repositoryOf(
  context: HubContext,
  request: FastifyRequest,
  reply: FastifyReply,
  kind: RepositoryKind,
  id: string,
): Promise<{ readonly repository: Repository; readonly caller: Caller } | undefined> {
  const caller = callerOf(request.headers.authorization, context.tokens);
  if (caller.kind === 'unknown') {
    await refuse(reply, request, invalidCredentials);
    return undefined;
  }
  const repository = await context.repositories.find(kind, id);
  if (repository === undefined || !isVisible(repository, caller)) {
    await refuse(reply, request, repositoryMissing(caller));
    return undefined;
  }
  if (repository.id !== id) {
    // Ids are matched without case, and old ids live on: the answer is a redirect to the canonical spelling.
    const segments = id.split('/').map(encodeURIComponent).join('/');
    await reply
      .code(307)
      .header('Location', request.url.replace(new RegExp(segments, 'i'), repository.id))
      .send(`Temporary Redirect. Redirecting to ${repository.id}`);
    return undefined;
  }
  return { repository, caller };
}

/** Refuses as the Hub does: JSON from the API, text elsewhere, and the reason in headers. */
export async function refuse(reply: FastifyReply, request: FastifyRequest, refusal: Refusal): Promise<void> {
  reply.code(refusal.status).header('X-Error-Message', refusal.message.replace(/[^\x20-\x7e]/g, '?'));
  if (refusal.code !== undefined) reply.header('X-Error-Code', refusal.code);
  if (refusal.status === 401) reply.header('WWW-Authenticate', 'Bearer realm="Authentication required"');
  if (request.url.startsWith('/api/')) await reply.send({ error: refusal.message });
  else await reply.type('text/plain; charset=utf-8').send(refusal.message);
}
