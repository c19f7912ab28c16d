import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf, repositoryMissing } from './access.js';
import { addApiRoutes } from './api-routes.js';
import { Faults, type FaultRequest } from './faults.js';
import { OidCache } from './oids.js';
import { refuse, repositoryOf, type HubContext } from './replies.js';
import { Repositories } from './repositories.js';
import { addResolveRoutes } from './resolve-routes.js';
import type { RepositorySettings } from './settings.js';
import { Recorder, type HubStats, type RequestRecord } from './stats.js';
import { createStorage, UrlSigner } from './storage.js';

export interface HubOptions {
  /** Folder with `datasets/` and `models/`; see README.md. */
  readonly root: string;
  /** @default any free one */
  readonly port?: number;
  /** Keeps content hashes of large files between starts. @default they are computed again */
  readonly stateDir?: string;
  /** Token to user name. @default `{hf_demo: 'demo'}` */
  readonly tokens?: Readonly<Record<string, string>>;
  /** How long a signed URL is good. @default 3600 */
  readonly urlTtlSeconds?: number;
  /** Entries on a page of a file listing. @default 1000 */
  readonly pageSize?: number;
  /** Called with every request. */
  readonly log?: (line: string) => void;
}

export interface Hub {
  /** For `HF_ENDPOINT`. */
  readonly url: string;
  readonly port: number;
  /** The second origin, where LFS files are kept. */
  readonly storageUrl: string;
  /** Arms a fault. Returns a function that counts how often it has struck. */
  fault(fault: FaultRequest): () => number;
  clearFaults(): void;
  stats(): HubStats;
  requests(): readonly RequestRecord[];
  resetStats(): void;
  /** Lets a user read a gated dataset, until the Hub closes. */
  accept(datasetId: string, user: string): void;
  close(): Promise<void>;
}

/** Starts the local Hub on 127.0.0.1. For development and tests. */
export async function startHub(options: HubOptions): Promise<Hub> {
  const cachePath = options.stateDir === undefined ? undefined : join(options.stateDir, 'oids.json');
  const oids = await OidCache.open(cachePath);
  const granted = new Grants();
  const repositories = new Repositories(options.root, oids, (id, settings) => granted.apply(id, settings));
  const tokens = new Map(Object.entries(options.tokens ?? { hf_demo: 'demo' }));
  const faults = new Faults();
  const recorder = new Recorder();
  const signer = new UrlSigner(options.urlTtlSeconds ?? 3600);
  let url = '';
  let storageUrl = '';
  const context: HubContext = { repositories, tokens, url: () => url };

  const app = Fastify({ forceCloseConnections: true });
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => {
      const form = new URLSearchParams(String(body));
      done(null, Object.fromEntries([...form.keys()].map((key) => [key, form.getAll(key)])));
    },
  );
  app.addHook('onRequest', async (request, reply) => {
    const path = new URL(request.url, 'http://hub').pathname;
    if (path.startsWith('/dev/')) return;
    options.log?.(`${request.method} ${request.url}`);
    recorder.request({
      origin: 'hub',
      method: request.method,
      path,
      range: request.headers.range,
      hasAuthorization: request.headers.authorization !== undefined,
    });
    const fault = faults.take('status', path);
    if (fault === undefined) return;
    if (fault.retryAfterSeconds !== undefined) reply.header('Retry-After', String(fault.retryAfterSeconds));
    await reply.code(fault.status).send({ error: `fault: ${fault.status}` });
  });
  addApiRoutes(app, context, { pageSize: options.pageSize ?? 1000 });
  addResolveRoutes(app, context, { signer, storageUrl: () => storageUrl, faults, recorder });
  addAccessRoute(app, context, granted);
  addDevRoutes(app, faults, recorder);

  const storage = createStorage(repositories, signer, faults, recorder);
  await storage.listen({ host: '127.0.0.1', port: 0 });
  storageUrl = originOf(storage);
  try {
    await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  } catch (error) {
    await storage.close();
    throw error;
  }
  url = originOf(app);

  return {
    url,
    port: Number(new URL(url).port),
    storageUrl,
    fault: (fault) => faults.arm(fault),
    clearFaults: () => faults.clear(),
    stats: () => recorder.stats(),
    requests: () => recorder.requests(),
    resetStats: () => recorder.reset(),
    accept: (id, user) => granted.accept(id, user),
    close: async () => {
      await Promise.all([app.close(), storage.close()]);
      await oids.save();
    },
  };
}

function originOf(app: FastifyInstance): string {
  const { port } = app.server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

/** Access that was granted or requested while the Hub runs. */
class Grants {
  readonly #accepted = new Map<string, Set<string>>();
  readonly #pending = new Map<string, Set<string>>();

  accept(id: string, user: string): void {
    this.#accepted.set(id, new Set([...(this.#accepted.get(id) ?? []), user]));
  }

  ask(id: string, user: string): void {
    this.#pending.set(id, new Set([...(this.#pending.get(id) ?? []), user]));
  }

  apply(id: string, settings: RepositorySettings): RepositorySettings {
    return {
      ...settings,
      accepted: [...settings.accepted, ...(this.#accepted.get(id) ?? [])],
      pending: [...settings.pending, ...(this.#pending.get(id) ?? [])],
    };
  }
}

/** The button "ask for access" on the page of a gated dataset. */
function addAccessRoute(app: FastifyInstance, context: HubContext, granted: Grants): void {
  app.post('/datasets/:owner/:name/ask-access', async (request, reply) => {
    const { owner, name } = z.object({ owner: z.string(), name: z.string() }).parse(request.params);
    const match = await repositoryOf(context, request, reply, 'datasets', `${owner}/${name}`);
    if (match === undefined) return reply;
    const { repository } = match;
    const caller = callerOf(request.headers.authorization, context.tokens);
    if (caller.kind !== 'user') return refuse(reply, request, repositoryMissing(caller));
    if (repository.settings.gated === 'manual') granted.ask(repository.id, caller.name);
    else granted.accept(repository.id, caller.name);
    return { status: repository.settings.gated === 'manual' ? 'pending' : 'accepted' };
  });
}

function addDevRoutes(app: FastifyInstance, faults: Faults, recorder: Recorder): void {
  app.post('/dev/faults', async (request, reply) => {
    try {
      faults.arm(request.body as FaultRequest); // Parsed there.
    } catch (error) {
      if (error instanceof z.ZodError) return reply.code(400).send({ error: z.prettifyError(error) });
      if (error instanceof SyntaxError) return reply.code(400).send({ error: error.message });
      throw error;
    }
    return { armed: true };
  });
  app.delete('/dev/faults', async () => {
    faults.clear();
    return { armed: false };
  });
  app.get('/dev/stats', async () => recorder.stats());
}
