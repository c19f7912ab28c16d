/* oxlint-disable oxc/no-async-endpoint-handlers -- the rule is about Express; Fastify awaits its handlers */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CheckpointPath } from '../../../../tinker/paths.js';
import { decodeState } from '../checkpoints/checkpoint-files.js';
import type { ServerContext } from './context.js';
import { peftFiles } from '../checkpoints/peft.js';
import { Problem } from '../problem.js';
import { pathOf, type CheckpointParams } from './checkpoints.js';
import { tarOf } from '../checkpoints/tar.js';

const signedMs = 900_000;
const route = '/training_runs/:run/checkpoints/:kind/:name';

/**
 * Signed URLs, which need no key: like those of a storage service.
 */
export class SignedUrls {
  readonly #open = new Map<string, { readonly path: CheckpointPath; readonly untilMs: number }>();

  sign(path: CheckpointPath): { readonly token: string; readonly expires: Date } {
    const token = randomUUID();
    const untilMs = Date.now() + signedMs;
    this.#open.set(token, { path, untilMs });
    return { token, expires: new Date(untilMs) };
  }

  /** @throws {Problem} 410 where the URL was not signed here or is no longer good. */
  check(token: string): CheckpointPath {
    const found = this.#open.get(token);
    if (found === undefined || found.untilMs < Date.now()) throw new Problem(410, 'The URL has expired');
    return found.path;
  }
}

/** Exports: per-file URLs of external weights (current SDK), a redirect to an archive (SDKs before 0.30). */
export function exportRoutes(app: FastifyInstance, { checkpoints }: ServerContext, signed: SignedUrls): void {
  app.get<{ Params: CheckpointParams }>(`${route}/external_weights_urls`, async (request) => {
    const path = pathOf(request.params);
    if (path.kind !== 'external_weights')
      throw new Problem(400, `${path.kind}/${path.name} is no external weights checkpoint`);
    checkpoints.get(path);
    const { token, expires } = signed.sign(path);
    const urls: Record<string, string> = {};
    for (const name of ['adapter_config.json', 'adapter_model.safetensors'])
      urls[name] = `${originOf(request)}/dev/exports/${token}/${name}`;
    return { urls, expires: expires.toISOString() };
  });
  app.get<{ Params: CheckpointParams }>(`${route}/archive`, async (request, reply) => {
    const path = pathOf(request.params);
    checkpoints.get(path);
    const { token, expires } = signed.sign(path);
    await reply
      .header('expires', expires.toUTCString())
      .redirect(`${originOf(request)}/dev/exports/${token}/checkpoint.tar`, 302);
  });
}

/** The signed URLs, outside `/api`. */
export function signedRoutes(app: FastifyInstance, context: ServerContext, signed: SignedUrls): void {
  app.get<{ Params: { token: string; file: string } }>(
    '/dev/exports/:token/:file',
    async (request, reply) => {
      const meta = context.checkpoints.get(signed.check(request.params.token));
      const { bytes, file } = await context.checkpoints.readData(meta);
      const { params } = decodeState(bytes, context.config, meta.lora, file);
      const files = new Map(peftFiles(context.config, meta.lora, params));
      if (request.params.file === 'checkpoint.tar')
        return reply
          .type('application/x-tar')
          .send(Buffer.from(tarOf(files.set('checkpoint_complete', new Uint8Array()))));
      const wanted = files.get(request.params.file);
      if (wanted === undefined) throw new Problem(404, `No file ${request.params.file}`);
      return reply.type('application/octet-stream').send(Buffer.from(wanted));
    },
  );
}

function originOf(request: FastifyRequest): string {
  return `http://${request.headers.host ?? '127.0.0.1'}`;
}
