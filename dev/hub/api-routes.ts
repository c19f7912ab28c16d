import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parse as parseYaml } from 'yaml';
import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { callerOf, invalidCredentials, isVisible, repositoryMissing } from './access.js';
import { refuse, repositoryOf, type HubContext } from './replies.js';
import { repositoryKinds, type Commit, type Repository, type RepositoryFile } from './repositories.js';

const RepositoryParams = z.object({ kind: z.enum(repositoryKinds), owner: z.string(), name: z.string() });
const RevisionParams = RepositoryParams.extend({ revision: z.string() });
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
  /** Entries on a page of a tree. */
  readonly pageSize: number;
}

/** The routes under /api for repositories, revisions and users. */
export function addApiRoutes(app: FastifyInstance, context: HubContext, options: ApiOptions): void {
  const { repositories } = context;

  const found = async (request: FastifyRequest, reply: FastifyReply): Promise<Found | undefined> => {
    const { kind, owner, name, revision } = RevisionParams.partial({ revision: true }).parse(request.params);
    const match = await repositoryOf(context, request, reply, kind, `${owner}/${name}`);
    if (match === undefined) return undefined;
    const { repository } = match;
    const commit = await repositories.commit(repository, revision ?? 'main');
    if (commit !== undefined) return { repository, commit };
    await refuse(reply, request, {
      status: 404,
      code: 'RevisionNotFound',
      message: `Invalid rev id: ${revision}`,
    });
    return undefined;
  };

  app.get('/api/whoami-v2', async (request, reply) => {
    const caller = callerOf(request.headers.authorization, context.tokens);
    if (caller.kind !== 'user')
      return refuse(reply, request, { status: 401, message: 'Invalid username or password.' });
    return userInfo(caller.name);
  });

  app.get('/api/:kind', async (request, reply) => {
    const kind = z.object({ kind: z.enum(repositoryKinds) }).safeParse(request.params);
    if (!kind.success) return reply.callNotFound();
    const caller = callerOf(request.headers.authorization, context.tokens);
    if (caller.kind === 'unknown') return refuse(reply, request, invalidCredentials);
    const { search, author, limit } = ListQuery.parse(request.query);
    const all = await repositories.list(kind.data.kind);
    const matching = all.filter(
      (repository) =>
        isVisible(repository, caller) &&
        repository.id.toLowerCase().includes(search.toLowerCase()) &&
        (author === undefined || repository.owner.toLowerCase() === author.toLowerCase()),
    );
    const described = matching.slice(0, limit).map(async (repository) => {
      const commit = await repositories.commit(repository, 'main');
      return describe(repository, commit ?? { sha: '', files: [] });
    });
    return Promise.all(described);
  });

  const info = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const match = await found(request, reply);
    if (match === undefined) return reply;
    const { repository, commit } = match;
    const cardData = await readCard(commit.files.find((file) => file.path === 'README.md'));
    const siblings = commit.files.map((file) => ({ rfilename: file.path }));
    return { ...describe(repository, commit), cardData, siblings };
  };
  app.get('/api/:kind/:owner/:name', info);
  app.get('/api/:kind/:owner/:name/revision/:revision', info);

  const tree = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const match = await found(request, reply);
    if (match === undefined) return reply;
    const { '*': path } = TreeParams.parse(request.params);
    const folder = path.replace(/\/$/, '');
    const query = TreeQuery.parse(request.query);
    const entries = treeEntries(match.commit, folder, query.recursive);
    if (entries.length === 0 && folder !== '')
      return refuse(reply, request, {
        status: 404,
        code: 'EntryNotFound',
        message: `${folder} does not exist on "${match.commit.sha}"`,
      });
    const from = query.cursor === undefined ? 0 : Number(Buffer.from(query.cursor, 'base64url').toString());
    const to = from + Math.min(query.limit ?? options.pageSize, options.pageSize);
    if (to < entries.length) {
      const next = new URL(request.url, context.url());
      next.searchParams.set('cursor', Buffer.from(String(to)).toString('base64url'));
      reply.header('Link', `<${next.href}>; rel="next"`);
    }
    const page = entries.slice(from, to);
    return query.expand ? page.map((entry) => ({ ...entry, lastCommit: lastCommit(match.commit) })) : page;
  };
  app.get('/api/:kind/:owner/:name/tree/:revision', tree);
  app.get('/api/:kind/:owner/:name/tree/:revision/*', tree);

  app.post('/api/:kind/:owner/:name/paths-info/:revision', async (request, reply) => {
    const match = await found(request, reply);
    if (match === undefined) return reply;
    const wanted = new Set(PathsBody.parse(request.body).paths.map((path) => path.replace(/\/$/, '')));
    return treeEntries(match.commit, '', true).filter((entry) => wanted.has(entry.path));
  });

  app.get('/api/:kind/:owner/:name/refs', async (request, reply) => {
    const match = await found(request, reply);
    if (match === undefined) return reply;
    const refs = await Promise.all(
      repositories.refs(match.repository).map(async (ref) => ({
        type: ref.type,
        name: ref.type === 'convert' ? ref.name.replace('refs/convert/', '') : ref.name,
        ref: ref.type === 'convert' ? ref.name : `refs/${ref.type === 'tag' ? 'tags' : 'heads'}/${ref.name}`,
        targetCommit: (await repositories.commitOf(match.repository, ref)).sha,
      })),
    );
    const of = (type: string): unknown[] =>
      refs
        .filter((ref) => ref.type === type)
        .map(({ name, ref, targetCommit }) => ({ name, ref, targetCommit }));
    return { branches: of('branch'), converts: of('convert'), tags: of('tag') };
  });

  app.setNotFoundHandler(async (request, reply) => {
    // An id without an owner, `/api/datasets/prosocial-dialog/…`, comes here.
    const [, kind, name] = /^\/api\/(datasets|models)\/([^/?]+)/.exec(request.url) ?? [];
    if ((kind === 'datasets' || kind === 'models') && name !== undefined) {
      await repositoryOf(context, request, reply, kind, decodeURIComponent(name));
      return;
    }
    const caller = callerOf(request.headers.authorization, context.tokens);
    await refuse(reply, request, repositoryMissing(caller));
  });
}

interface Found {
  readonly repository: Repository;
  readonly commit: Commit;
}

function userInfo(name: string): object {
  return {
    type: 'user',
    id: createHash('sha1').update(name).digest('hex').slice(0, 24),
    name,
    fullname: name,
    email: `${name}@example.com`,
    emailVerified: true,
    canPay: false,
    isPro: false,
    periodEnd: null,
    avatarUrl: '',
    orgs: [],
    auth: {
      type: 'access_token',
      accessToken: { displayName: 'local', role: 'read', createdAt: '2026-01-01T00:00:00.000Z' },
    },
  };
}

function describe(repository: Repository, commit: Commit): Record<string, unknown> {
  const newest = Math.max(0, ...commit.files.map((file) => file.mtimeMs));
  return {
    _id: createHash('sha1').update(`${repository.kind}/${repository.id}`).digest('hex').slice(0, 24),
    id: repository.id,
    author: repository.owner,
    sha: commit.sha,
    lastModified: new Date(newest).toISOString(),
    createdAt: '2026-01-01T00:00:00.000Z',
    private: repository.settings.private,
    gated: repository.settings.gated,
    disabled: false,
    downloads: 0,
    likes: 0,
    tags: [],
  };
}

function lastCommit(commit: Commit): object {
  return { id: commit.sha, title: 'Upload files', date: '2026-01-01T00:00:00.000Z' };
}

interface TreeEntry {
  readonly type: 'file' | 'directory';
  readonly oid: string;
  readonly size: number;
  readonly path: string;
  readonly lfs?: { readonly oid: string; readonly size: number; readonly pointerSize: number };
}

/** The entries of a folder (`''`: the root), with those of its subfolders where `recursive`. */
function treeEntries(commit: Commit, folder: string, recursive: boolean): TreeEntry[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  const entries: TreeEntry[] = [];
  const folders = new Set<string>();
  for (const file of commit.files) {
    if (!file.path.startsWith(prefix)) continue;
    const inner = file.path.slice(prefix.length).split('/');
    const deepest = recursive ? inner.length - 1 : Math.min(1, inner.length - 1);
    for (let depth = 1; depth <= deepest; depth += 1) folders.add(prefix + inner.slice(0, depth).join('/'));
    if (recursive || inner.length === 1) entries.push(fileEntry(file));
  }
  for (const path of folders) {
    const oid = createHash('sha1').update(`${commit.sha} ${path}`).digest('hex');
    entries.push({ type: 'directory', oid, size: 0, path });
  }
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function fileEntry({ oid, path, sizeBytes, lfs }: RepositoryFile): TreeEntry {
  const entry: TreeEntry = { type: 'file', oid, size: sizeBytes, path };
  if (lfs === undefined) return entry;
  return { ...entry, lfs: { oid: lfs.sha256, size: sizeBytes, pointerSize: lfs.pointerSize } };
}

/** The YAML at the head of a README.md. */
async function readCard(readme: RepositoryFile | undefined): Promise<unknown> {
  if (readme === undefined) return undefined;
  const head = /^---\r?\n([\s\S]*?)\r?\n---/.exec(await readFile(readme.localPath, 'utf8'));
  return head?.[1] === undefined ? undefined : parseYaml(head[1]);
}
