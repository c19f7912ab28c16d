import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf, gateRefusal, repositoryMissing } from './access.js';
import type { Grants } from './grants.js';
import { refuse, repositoryOf, type HubContext } from './replies.js';

const DatasetParams = z.object({ owner: z.string(), name: z.string() });

/** Adds the page of a dataset, and the request for access to it that the page explains. */
export function addDatasetPage(app: FastifyInstance, context: HubContext, grants: Grants): void {
  app.get('/datasets/:owner/:name', async (request, reply) => {
    const { owner, name } = DatasetParams.parse(request.params);
    const match = await repositoryOf(context, request, reply, 'datasets', `${owner}/${name}`);
    if (match === undefined) return reply;
    const { repository, caller } = match;
    const { id, settings } = repository;
    const refusal = gateRefusal(repository, caller, context.url());
    const gate =
      settings.gated === false
        ? 'It is open.\n'
        : `It is gated (${settings.gated}). To ask for access:\n\n` +
          `  curl -X POST -H "Authorization: Bearer <token>" ${context.url()}/datasets/${id}/ask-access\n\n` +
          `${refusal?.message ?? 'You have access.'}\n`;
    return reply.type('text/plain; charset=utf-8').send(`${id}, served by Headrace's local Hub.\n${gate}`);
  });

  app.post('/datasets/:owner/:name/ask-access', async (request, reply) => {
    const { owner, name } = DatasetParams.parse(request.params);
    const match = await repositoryOf(context, request, reply, 'datasets', `${owner}/${name}`);
    if (match === undefined) return reply;
    const { id, settings } = match.repository;
    const caller = callerOf(request.headers.authorization, context.tokens);
    if (caller.kind !== 'user') return refuse(reply, request, repositoryMissing(caller));
    if (settings.gated === 'manual') {
      grants.request(id, caller.name);
      return { status: 'pending' };
    }
    grants.accept(id, caller.name);
    return { status: 'accepted' };
  });
}
