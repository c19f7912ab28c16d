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

/** The state that the routes share. */
export interface HubContext {
  readonly repositories: Repositories;
  readonly tokens: ReadonlyMap<string, string>;
  /** Base URL of the Hub. */
  readonly url: () => string;
}

/** The repository of that id and the caller; `undefined` where a refusal or redirect was sent. */
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
    // Another case of the id, or an old id: both redirect to the present one.
    const encoded = id.split('/').map(encodeURIComponent).join('/');
    await reply
      .code(307)
      .header('Location', request.url.replace(new RegExp(encoded, 'i'), repository.id))
      .send(`Temporary Redirect. Redirecting to ${repository.id}`);
    return undefined;
  }
  return { repository, caller };
}

/** Sends a refusal as the real Hub does: JSON below `/api`, text elsewhere, the reason in headers. */
export async function refuse(reply: FastifyReply, request: FastifyRequest, refusal: Refusal): Promise<void> {
  reply.code(refusal.status).header('X-Error-Message', refusal.message.replace(/[^\x20-\x7e]/g, '?'));
  if (refusal.code !== undefined) reply.header('X-Error-Code', refusal.code);
  if (refusal.status === 401) reply.header('WWW-Authenticate', 'Bearer realm="Authentication required"');
  if (request.url.startsWith('/api/')) await reply.send({ error: refusal.message });
  else await reply.type('text/plain; charset=utf-8').send(refusal.message);
}
