import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { gateRefusal } from './access.js';
import type { Faults } from './faults.js';
import { refuse, repositoryOf, type HubContext } from './replies.js';
import { repositoryKinds, type RepositoryKind } from './repositories.js';
import { sendFile } from './send-file.js';
import type { Recorder } from './stats.js';
import type { UrlSigner } from './url-signer.js';

const FileParams = z.object({ owner: z.string(), name: z.string(), revision: z.string(), '*': z.string() });
const CacheParams = FileParams.extend({ kind: z.enum(repositoryKinds) });

export interface ResolveOptions {
  readonly signer: UrlSigner;
  /** Base URL of the second origin. */
  readonly storageUrl: () => string;
  readonly faults: Faults;
  readonly recorder: Recorder;
}

/**
 * Adds the routes that resolve a file to its bytes: `/datasets/<id>/resolve/<revision>/<path>` and the like.
 */
export function addResolveRoutes(app: FastifyInstance, context: HubContext, options: ResolveOptions): void {
  app.get('/datasets/:owner/:name/resolve/:revision/*', (request, reply) =>
    resolveFile(context, options, request, reply, 'datasets', false),
  );
  app.get('/:owner/:name/resolve/:revision/*', (request, reply) =>
    resolveFile(context, options, request, reply, 'models', false),
  );
  app.get('/api/resolve-cache/:kind/:owner/:name/:revision/*', (request, reply) =>
    resolveFile(context, options, request, reply, CacheParams.parse(request.params).kind, true),
  );
}

/**
 * Answers a request for a file: an LFS file with a redirect to the second origin; a plain file with its bytes
 * where `serve`, else with a redirect to the route that serves it.
 */
async function resolveFile(
  context: HubContext,
  options: ResolveOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  kind: RepositoryKind,
  serve: boolean,
): Promise<FastifyReply> {
  const { owner, name, revision, '*': path } = FileParams.parse(request.params);
  const match = await repositoryOf(context, request, reply, kind, `${owner}/${name}`);
  if (match === undefined) return reply;
  const { repository, caller } = match;
  const gate = gateRefusal(repository, caller, context.url());
  if (gate !== undefined) {
    await refuse(reply, request, gate);
    return reply;
  }
  const commit = await context.repositories.commit(repository, revision, path);
  if (commit === undefined) {
    const message = `Invalid rev id: ${revision}`;
    await refuse(reply, request, { status: 404, code: 'RevisionNotFound', message });
    return reply;
  }
  const file = commit.byPath.get(path);
  if (file === undefined) {
    reply.header('X-Repo-Commit', commit.sha);
    await refuse(reply, request, { status: 404, code: 'EntryNotFound', message: 'Entry not found' });
    return reply;
  }
  const { localPath, sizeBytes, lfs } = file;
  const etag = lfs?.sha256 ?? file.oid;
  const headers = { 'X-Repo-Commit': commit.sha, 'Access-Control-Expose-Headers': 'X-Repo-Commit' };
  const linked = { 'X-Linked-Etag': `"${etag}"`, 'X-Linked-Size': String(sizeBytes) };
  if (lfs !== undefined) {
    const location = options.storageUrl() + options.signer.sign(repository, file, lfs.sha256);
    return reply
      .code(302)
      .headers({ ...headers, ...linked, Location: location, 'Accept-Ranges': 'bytes' })
      .type('text/plain')
      .send(`Found. Redirecting to ${location}`);
  }
  if (!serve) {
    const encoded = path.split('/').map(encodeURIComponent).join('/');
    const location = `/api/resolve-cache/${kind}/${repository.id}/${commit.sha}/${encoded}`;
    return reply
      .code(307)
      .headers({ ...headers, ...linked, Location: location })
      .send('Temporary Redirect');
  }
  const answer = { localPath, sizeBytes, etag, headers, name: `${kind}/${repository.id}/${path}` };
  await sendFile(request, reply, answer, options.faults, options.recorder);
  return reply;
}
