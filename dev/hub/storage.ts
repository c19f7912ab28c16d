import { stat } from 'node:fs/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Faults } from './faults.js';
import { repositoryKinds, type Repositories } from './repositories.js';
import { addRequestHook } from './request-hook.js';
import { sendFile, type FileAnswer } from './send-file.js';
import type { Recorder } from './stats.js';
import type { UrlSigner } from './url-signer.js';

const StorageParams = z.object({
  kind: z.enum(repositoryKinds),
  owner: z.string(),
  name: z.string(),
  sha256: z.string(),
  '*': z.string(),
});
type StorageParams = z.infer<typeof StorageParams>;
const StorageQuery = z.object({ Expires: z.coerce.number(), Signature: z.string() });

/** Creates the second origin, which serves LFS files to requests with a signed URL. It accepts no tokens. */
export function createStorage(
  repositories: Repositories,
  signer: UrlSigner,
  faults: Faults,
  recorder: Recorder,
): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true });
  addRequestHook(app, 'storage', faults, recorder);
  const cached = cacheFiles();
  app.get('/storage/:kind/:owner/:name/:sha256/*', async (request, reply) => {
    const params = StorageParams.parse(request.params);
    const path = new URL(request.url, 'http://localhost').pathname;
    const query = StorageQuery.safeParse(request.query);
    const refusal = query.success
      ? signer.refusal(path, query.data.Expires, query.data.Signature)
      : 'Missing Signature';
    const expired = faults.take('expire-url', path) === undefined ? undefined : 'Request has expired';
    const why = refusal ?? expired;
    if (why !== undefined)
      return reply
        .code(403)
        .type('application/xml')
        .send(`<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>${why}</Message></Error>`);
    const file = await cached(path, () => findFile(repositories, params));
    if (file === undefined)
      return reply.code(404).type('application/xml').send('<Error><Code>NoSuchKey</Code></Error>');
    await sendFile(request, reply, file, faults, recorder);
    return reply;
  });
  return app;
}

/** The LFS file of that path and hash, in whichever ref of the repository has it. */
async function findFile(
  repositories: Repositories,
  { kind, owner, name, sha256, '*': path }: StorageParams,
): Promise<FileAnswer | undefined> {
  const repository = await repositories.find(kind, `${owner}/${name}`);
  if (repository === undefined) return undefined;
  for (const ref of repositories.refs(repository)) {
    const file = (await repositories.lastCommit(repository, ref, path)).byPath.get(path);
    if (file?.lfs?.sha256 !== sha256) continue;
    const { localPath, sizeBytes } = file;
    return { localPath, sizeBytes, etag: sha256, headers: {}, name: `${kind}/${repository.id}/${path}` };
  }
  return undefined;
}

/**
 * Caches the files of request paths until they change on the disk: a download requests one path hundreds of
 * times.
 */
function cacheFiles(): (
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
