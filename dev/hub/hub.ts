import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { addFaultRoutes } from '../fault-routes.js';
import { addApiRoutes } from './api-routes.js';
import { addDatasetPage } from './dataset-page.js';
import { Fault, Faults, type FaultRequest } from './faults.js';
import { Grants } from './grants.js';
import { OidCache } from './oids.js';
import type { HubContext } from './replies.js';
import { Repositories } from './repositories.js';
import { addRequestHook } from './request-hook.js';
import { addResolveRoutes } from './resolve-routes.js';
import { Recorder, type HubStats, type RequestRecord } from './stats.js';
import { createStorage } from './storage.js';
import { UrlSigner } from './url-signer.js';

export interface HubOptions {
  /** Folder with `datasets/` and `models/`; README.md describes its layout. */
  readonly root: string;
  /** @default a free port */
  readonly port?: number;
  /** The host in its URLs, for a name by which a proxy knows it. @default 127.0.0.1, where it listens */
  readonly host?: string;
  /** Folder that keeps the hashes of large files between starts. @default they are computed at every start */
  readonly stateDir?: string;
  /** Token to user name. @default `{hf_demo: 'demo'}` */
  readonly tokens?: Readonly<Record<string, string>>;
  /** Seconds until a signed URL expires. @default 3600 */
  readonly urlTtlSeconds?: number;
  /** Entries on a page of a file listing. @default 1000 */
  readonly pageSize?: number;
}

export interface Hub {
  /** For `HF_ENDPOINT`. */
  readonly url: string;
  /** The second origin, which serves LFS files. */
  readonly storageUrl: string;
  /** Arms a fault. Returns a function that counts the requests that it made fail. */
  fault(fault: FaultRequest): () => number;
  clearFaults(): void;
  stats(): HubStats;
  /** The first 10,000 requests since the start or the last reset. */
  requests(): readonly RequestRecord[];
  resetStats(): void;
  /** Gives a user access to a gated dataset until the Hub closes. */
  accept(datasetId: string, user: string): void;
  close(): Promise<void>;
}

/** Starts the local Hub on 127.0.0.1, for development and tests. */
export async function startHub(options: HubOptions): Promise<Hub> {
  const cachePath = options.stateDir === undefined ? undefined : join(options.stateDir, 'oids.json');
  const oids = await OidCache.open(cachePath);
  const grants = new Grants();
  const repositories = new Repositories(options.root, oids, (id, settings) => grants.applyTo(id, settings));
  const tokens = new Map(Object.entries(options.tokens ?? { hf_demo: 'demo' }));
  const faults = new Faults();
  const recorder = new Recorder();
  const signer = new UrlSigner(options.urlTtlSeconds ?? 3600);
  let url = '';
  let storageUrl = '';
  const context: HubContext = { repositories, tokens, url: () => url };

  const app = Fastify({ forceCloseConnections: true });
  parseForms(app);
  addRequestHook(app, 'hub', faults, recorder);
  addApiRoutes(app, context, { pageSize: options.pageSize ?? 1000 });
  addResolveRoutes(app, context, { signer, storageUrl: () => storageUrl, faults, recorder });
  addDatasetPage(app, context, grants);
  addFaultRoutes(app, Fault, faults);
  app.get('/dev/stats', async () => recorder.stats());

  const storage = createStorage(repositories, signer, faults, recorder);
  await storage.listen({ host: '127.0.0.1', port: 0 });
  storageUrl = originOf(storage, options.host);
  try {
    await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  } catch (error) {
    await storage.close();
    throw error;
  }
  url = originOf(app, options.host);

  return {
    url,
    storageUrl,
    fault: (fault) => faults.arm(fault),
    clearFaults: () => faults.clear(),
    stats: () => recorder.stats(),
    requests: () => recorder.requests(),
    resetStats: () => recorder.reset(),
    accept: (id, user) => grants.accept(id, user),
    close: async () => {
      await Promise.all([app.close(), storage.close()]);
      await oids.save();
    },
  };
}

/** Parses form bodies, which `huggingface_hub` sends: every key to the list of its values. */
function parseForms(app: FastifyInstance): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => {
      const form = new URLSearchParams(String(body));
      done(null, Object.fromEntries([...form.keys()].map((key) => [key, form.getAll(key)])));
    },
  );
}

function originOf(app: FastifyInstance, host = '127.0.0.1'): string {
  const { port } = app.server.address() as AddressInfo;
  return `http://${host}:${port}`;
}
