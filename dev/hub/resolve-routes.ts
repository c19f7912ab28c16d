import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerOf, gateRefusal } from './access.js';
import type { Faults } from './faults.js';
import { refuse, repositoryOf, type HubContext } from './replies.js';
import { repositoryKinds, type RepositoryKind } from './repositories.js';
import { sendFile } from './send-file.js';
import type { Recorder } from './stats.js';
import type { UrlSigner } from './storage.js';

const FileParams = z.object({ owner: z.string(), name: z.string(), revision: z.string(), '*': z.string() });
const CacheParams = FileParams.extend({ kind: z.enum(repositoryKinds) });

export interface ResolveOptions {
  readonly signer: UrlSigner;
  /** Base URL of the second origin. */
  readonly storageUrl: () => string;
  readonly faults: Faults;
  readonly recorder: Recorder;
}

/** `/datasets/<id>/resolve/<revision>/<path>`: where the bytes of a file are. */
export function addResolveRoutes(app: FastifyInstance, context: HubContext, options: ResolveOptions): void {
  /** Headers and redirect of a file, or the bytes of a plain one where `serve`. */
  const resolve = async (
    request: FastifyRequest,
    reply: FastifyReply,
    kind: RepositoryKind,
    serve: boolean,
  ): Promise<FastifyReply> => {
    const { owner, name, revision, '*': path } = FileParams.parse(request.params);
    const match = await repositoryOf(context, request, reply, kind, `${owner}/${name}`);
    if (match === undefined) return reply;
    const { repository, caller } = match;
    const gate = gateRefusal(repository, caller, context.url());
    if (gate !== undefined) {
      await refuse(reply, request, gate);
      return reply;
    }
    const commit = await context.repositories.commit(repository, revision);
    const file = commit?.files.find((each) => each.path === path);
    if (commit === undefined || file === undefined) {
      if (commit !== undefined) reply.header('X-Repo-Commit', commit.sha);
      const [code, message] =
        commit === undefined
          ? (['RevisionNotFound', `Invalid rev id: ${revision}`] as const)
          : (['EntryNotFound', 'Entry not found'] as const);
      await refuse(reply, request, { status: 404, code, message });
      return reply;
    }
    const etag = file.lfs?.sha256 ?? file.oid;
    const headers = { 'X-Repo-Commit': commit.sha, 'Access-Control-Expose-Headers': 'X-Repo-Commit' };
    const linked = { 'X-Linked-Etag': `"${etag}"`, 'X-Linked-Size': String(file.sizeBytes) };
    if (file.lfs !== undefined) {
      const location = options.storageUrl() + options.signer.sign(repository, file, file.lfs.sha256);
      return reply
        .code(302)
        .headers({ ...headers, ...linked, Location: location, 'Accept-Ranges': 'bytes' })
        .type('text/plain')
        .send(`Found. Redirecting to ${location}`);
    }
    if (!serve) {
      const encoded = path.split('/').map(encodeURIComponent).join('/');
      return reply
        .code(307)
        .headers({
          ...headers,
          ...linked,
          Location: `/api/resolve-cache/${kind}/${repository.id}/${commit.sha}/${encoded}`,
        })
        .send('Temporary Redirect');
    }
    const { localPath, sizeBytes } = file;
    const name_ = `${kind}/${repository.id}/${path}`;
    const answer = { localPath, sizeBytes, etag, headers, name: name_ };
    await sendFile(request, reply, answer, options.faults, options.recorder);
    return reply;
  };

  app.get('/datasets/:owner/:name/resolve/:revision/*', (request, reply) =>
    resolve(request, reply, 'datasets', false),
  );
  app.get('/:owner/:name/resolve/:revision/*', (request, reply) => resolve(request, reply, 'models', false));
  app.get('/api/resolve-cache/:kind/:owner/:name/:revision/*', (request, reply) =>
    resolve(request, reply, CacheParams.parse(request.params).kind, true),
  );

  app.get('/datasets/:owner/:name', async (request, reply) => {
    const { owner, name } = FileParams.pick({ owner: true, name: true }).parse(request.params);
    const match = await repositoryOf(context, request, reply, 'datasets', `${owner}/${name}`);
    if (match === undefined) return reply;
    const { repository } = match;
    const { id, settings } = repository;
    const gate = gateRefusal(
      repository,
      callerOf(request.headers.authorization, context.tokens),
      context.url(),
    );
    return reply
      .type('text/plain; charset=utf-8')
      .send(
        `${id}, served by Headrace's local Hub.\n` +
          (settings.gated === false
            ? 'It is open.\n'
            : `It is gated (${settings.gated}). To ask for access:\n\n` +
              `  curl -X POST -H "Authorization: Bearer <token>" ${context.url()}/datasets/${id}/ask-access\n\n` +
              `${gate?.message ?? 'You have access.'}\n`),
      );
  });
}
