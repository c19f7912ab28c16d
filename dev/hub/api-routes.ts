import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerOf, invalidCredentials, isVisible, repositoryMissing } from './access.js';
import { fullRepositoryInfo, lastCommit, repositoryInfo, userInfo } from './api-objects.js';
import { refuse, repositoryOf, type HubContext } from './replies.js';
import { repositoryKinds, type Commit, type Repository } from './repositories.js';
import { treeEntries } from './tree-entries.js';

const KindParams = z.object({ kind: z.enum(repositoryKinds) });
const RepositoryParams = KindParams.extend({ owner: z.string(), name: z.string() });
const RevisionParams = RepositoryParams.extend({ revision: z.string().default('main') });
const TreeParams = z.object({ '*': z.string().default('') });
const flag = z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1');
const TreeQuery = z.object({
  recursive: flag.default(false),
  expand: flag.default(false),
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).optional(),
});
const ListQuery = z.object({
  search: z.string().default(''),
  author: z.string().optional(),
  limit: z.coerce.number().int().min(1).default(1000),
});
const PathsBody = z.object({ paths: z.union([z.string().transform((path) => [path]), z.array(z.string())]) });

export interface ApiOptions {
  /** Entries on a page of a file listing. */
  readonly pageSize: number;
}

/** Adds the routes below `/api` for users, repositories and their files. */
export function addApiRoutes(app: FastifyInstance, context: HubContext, options: ApiOptions): void {
  app.get('/api/whoami-v2', async (request, reply) => {
    const caller = callerOf(request.headers.authorization, context.tokens);
    if (caller.kind !== 'user')
      return refuse(reply, request, { status: 401, message: 'Invalid username or password.' });
    return userInfo(caller.name);
  });
  addRepositoryRoutes(app, context);
  addTreeRoutes(app, context, options);
  app.setNotFoundHandler(async (request, reply) => {
    // An id without an owner, as in `/api/datasets/prosocial-dialog/…`, matches no route.
    const [, kind, name] = /^\/api\/(datasets|models)\/([^/?]+)/.exec(request.url) ?? [];
    if ((kind === 'datasets' || kind === 'models') && name !== undefined) {
      await repositoryOf(context, request, reply, kind, decodeURIComponent(name));
      return;
    }
    const caller = callerOf(request.headers.authorization, context.tokens);
    await refuse(reply, request, repositoryMissing(caller));
  });
}

function addRepositoryRoutes(app: FastifyInstance, context: HubContext): void {
  const { repositories } = context;

  app.get('/api/:kind', async (request, reply) => {
    const params = KindParams.safeParse(request.params);
    if (!params.success) return reply.callNotFound();
    const caller = callerOf(request.headers.authorization, context.tokens);
    if (caller.kind === 'unknown') return refuse(reply, request, invalidCredentials);
    const { search, author, limit } = ListQuery.parse(request.query);
    const all = await repositories.list(params.data.kind);
    const matching = all.filter(
      (repository) =>
        isVisible(repository, caller) &&
        repository.id.toLowerCase().includes(search.toLowerCase()) &&
        (author === undefined || repository.owner.toLowerCase() === author.toLowerCase()),
    );
    const described = matching.slice(0, limit).map(async (repository) => {
      const commit = await repositories.commit(repository, 'main');
      return repositoryInfo(repository, commit ?? { sha: '', files: [], byPath: new Map() });
    });
    return Promise.all(described);
  });

  const info = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const match = await commitOfRequest(context, request, reply);
    return match === undefined ? reply : fullRepositoryInfo(match.repository, match.commit);
  };
  app.get('/api/:kind/:owner/:name', info);
  app.get('/api/:kind/:owner/:name/revision/:revision', info);

  app.get('/api/:kind/:owner/:name/refs', async (request, reply) => {
    const match = await commitOfRequest(context, request, reply);
    if (match === undefined) return reply;
    const refs = await Promise.all(
      repositories.refs(match.repository).map(async (ref) => ({
        type: ref.type,
        name: ref.type === 'convert' ? ref.name.replace('refs/convert/', '') : ref.name,
        ref: ref.type === 'convert' ? ref.name : `refs/${ref.type === 'tag' ? 'tags' : 'heads'}/${ref.name}`,
        targetCommit: (await repositories.commitOf(match.repository, ref)).sha,
      })),
    );
    const ofType = (type: string): unknown[] =>
      refs
        .filter((ref) => ref.type === type)
        .map(({ name, ref, targetCommit }) => ({ name, ref, targetCommit }));
    return { branches: ofType('branch'), converts: ofType('convert'), tags: ofType('tag') };
  });
}

function addTreeRoutes(app: FastifyInstance, context: HubContext, { pageSize }: ApiOptions): void {
  const tree = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const match = await commitOfRequest(context, request, reply);
    if (match === undefined) return reply;
    const { commit } = match;
    const folder = TreeParams.parse(request.params)['*'].replace(/\/$/, '');
    const query = TreeQuery.parse(request.query);
    const entries = treeEntries(commit, folder, query.recursive);
    if (entries.length === 0 && folder !== '')
      return refuse(reply, request, {
        status: 404,
        code: 'EntryNotFound',
        message: `${folder} does not exist on "${commit.sha}"`,
      });
    const from = query.cursor === undefined ? 0 : Number(Buffer.from(query.cursor, 'base64url').toString());
    const to = from + Math.min(query.limit ?? pageSize, pageSize);
    if (to < entries.length) {
      const next = new URL(request.url, context.url());
      next.searchParams.set('cursor', Buffer.from(String(to)).toString('base64url'));
      reply.header('Link', `<${next.href}>; rel="next"`);
    }
    const page = entries.slice(from, to);
    return query.expand ? page.map((entry) => ({ ...entry, lastCommit: lastCommit(commit) })) : page;
  };
  app.get('/api/:kind/:owner/:name/tree/:revision', tree);
  app.get('/api/:kind/:owner/:name/tree/:revision/*', tree);

  app.post('/api/:kind/:owner/:name/paths-info/:revision', async (request, reply) => {
    const match = await commitOfRequest(context, request, reply);
    if (match === undefined) return reply;
    const wanted = new Set(PathsBody.parse(request.body).paths.map((path) => path.replace(/\/$/, '')));
    return treeEntries(match.commit, '', true).filter((entry) => wanted.has(entry.path));
  });
}

/** The repository and commit that a request names; `undefined` where a refusal or redirect was sent. */
async function commitOfRequest(
  context: HubContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ readonly repository: Repository; readonly commit: Commit } | undefined> {
  const { kind, owner, name, revision } = RevisionParams.parse(request.params);
  const match = await repositoryOf(context, request, reply, kind, `${owner}/${name}`);
  if (match === undefined) return undefined;
  const { repository } = match;
  const commit = await context.repositories.commit(repository, revision);
  if (commit !== undefined) return { repository, commit };
  await refuse(reply, request, {
    status: 404,
    code: 'RevisionNotFound',
    message: `Invalid rev id: ${revision}`,
  });
  return undefined;
}
