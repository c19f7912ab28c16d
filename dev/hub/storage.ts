import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { stat } from 'node:fs/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Faults } from './faults.js';
import {
  repositoryKinds,
  type Repositories,
  type Repository,
  type RepositoryFile,
  type RepositoryKind,
} from './repositories.js';
import { sendFile, type FileAnswer } from './send-file.js';
import type { Recorder } from './stats.js';

/** Makes and checks the signed URLs of the second origin, where LFS files are kept. */
export class UrlSigner {
  readonly #secret = randomBytes(32);
  readonly #ttlSeconds: number;

  constructor(ttlSeconds: number) {
    this.#ttlSeconds = ttlSeconds;
  }

  /** Path and query. */
  sign(repository: Repository, file: RepositoryFile, sha256: string): string {
    const path = `/storage/${repository.kind}/${repository.id}/${sha256}/${file.path.split('/').map(encodeURIComponent).join('/')}`;
    const expires = Math.floor(Date.now() / 1000) + this.#ttlSeconds;
    return `${path}?Expires=${expires}&Signature=${this.#signature(path, expires)}`;
  }

  /** Why a URL is refused; `undefined` where it is good. */
  refusal(path: string, expires: number, signature: string): string | undefined {
    const right = Buffer.from(this.#signature(path, expires));
    const given = Buffer.from(signature);
    if (right.length !== given.length || !timingSafeEqual(right, given)) return 'SignatureDoesNotMatch';
    return expires * 1000 < Date.now() ? 'Request has expired' : undefined;
  }

  #signature(path: string, expires: number): string {
    return createHmac('sha256', this.#secret).update(`${path}\n${expires}`).digest('hex');
  }
}

const StorageParams = z.object({
  kind: z.enum(repositoryKinds),
  owner: z.string(),
  name: z.string(),
  sha256: z.string(),
  '*': z.string(),
});
const StorageQuery = z.object({ Expires: z.coerce.number(), Signature: z.string() });

/** The second origin: it takes signed URLs, no tokens. */
export function createStorage(
  repositories: Repositories,
  signer: UrlSigner,
  faults: Faults,
  recorder: Recorder,
): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true });
  app.addHook('onRequest', async (request, reply) => {
    const path = new URL(request.url, 'http://storage').pathname;
    recorder.request({
      origin: 'storage',
      method: request.method,
      path,
      range: request.headers.range,
      hasAuthorization: request.headers.authorization !== undefined,
    });
    const fault = faults.take('status', path);
    if (fault === undefined) return;
    if (fault.retryAfterSeconds !== undefined) reply.header('Retry-After', String(fault.retryAfterSeconds));
    await reply.code(fault.status).type('text/plain').send(`fault: ${fault.status}`);
  });
  const find = async (
    kind: RepositoryKind,
    id: string,
    path: string,
    sha256: string,
  ): Promise<FileAnswer | undefined> => {
    const repository = await repositories.find(kind, id);
    for (const ref of repository === undefined ? [] : repositories.refs(repository)) {
      if (repository === undefined) break;
      const { files } = await repositories.commitOf(repository, ref);
      const file = files.find((each) => each.path === path && each.lfs?.sha256 === sha256);
      if (file === undefined) continue;
      const { localPath, sizeBytes } = file;
      return { localPath, sizeBytes, etag: sha256, headers: {}, name: `${kind}/${repository.id}/${path}` };
    }
    return undefined;
  };
  const found = rememberFiles();
  app.get('/storage/:kind/:owner/:name/:sha256/*', async (request, reply) => {
    const { kind, owner, name, sha256, '*': path } = StorageParams.parse(request.params);
    const query = StorageQuery.safeParse(request.query);
    const requestPath = new URL(request.url, 'http://storage').pathname;
    const refusal = query.success
      ? signer.refusal(requestPath, query.data.Expires, query.data.Signature)
      : 'Missing Signature';
    const expired = faults.take('expire-url', requestPath) === undefined ? undefined : 'Request has expired';
    const why = refusal ?? expired;
    if (why !== undefined)
      return reply
        .code(403)
        .type('application/xml')
        .send(`<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>${why}</Message></Error>`);
    const file = await found(requestPath, () => find(kind, `${owner}/${name}`, path, sha256));
    if (file !== undefined) {
      await sendFile(request, reply, file, faults, recorder);
      return reply;
    }
    return reply.code(404).type('application/xml').send('<Error><Code>NoSuchKey</Code></Error>');
  });
  return app;
}

/**
 * Remembers where a file is for as long as it is the same: a download asks for one path some hundred times.
 */
function rememberFiles(): (
  path: string,
  find: () => Promise<FileAnswer | undefined>,
) => Promise<FileAnswer | undefined> {
  const known = new Map<string, { readonly answer: FileAnswer; readonly mtimeMs: number }>();
  return async (path, find) => {
    const before = known.get(path);
    if (before !== undefined) {
      const now = await stat(before.answer.localPath).catch(() => undefined);
      if (now?.mtimeMs === before.mtimeMs && now.size === before.answer.sizeBytes) return before.answer;
      known.delete(path);
    }
    const answer = await find();
    if (answer !== undefined) known.set(path, { answer, mtimeMs: (await stat(answer.localPath)).mtimeMs });
    return answer;
  };
}
