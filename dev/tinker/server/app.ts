import fastify, { type FastifyInstance } from 'fastify';
import { ZodError } from 'zod';
import { Problem } from './problem.js';
import { billingRoutes } from './routes/billing.js';
import { checkpointRoutes } from './routes/checkpoints.js';
import type { ServerContext } from './routes/context.js';
import { devRoutes } from './routes/dev.js';
import { exportRoutes, SignedUrls, signedRoutes } from './routes/exports.js';
import { futureRoutes } from './routes/futures.js';
import { samplingRoutes } from './routes/sampling.js';
import { sessionRoutes } from './routes/session.js';
import { trainingRoutes } from './routes/training.js';
import { weightsRoutes } from './routes/weights.js';
import { playFaults } from './state/faults.js';

/** The HTTP side of the server. */
export function createApp(context: ServerContext): FastifyInstance {
  const app = fastify({
    bodyLimit: 2 ** 20,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 1000 },
  });
  const octets = { parseAs: 'buffer', bodyLimit: 64 * 2 ** 20 } as const;
  app.addContentTypeParser('application/x-protobuf', octets, async (_request: unknown, body: Buffer) => body);
  // The Python SDK sends this content type with every request, those without a body included.
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null);
    else void parseJson(request, String(body), done);
  });
  playFaults(app, context.faults);
  const signed = new SignedUrls();
  app.setErrorHandler(async (error, _request, reply) => {
    const { status, detail } = answerTo(error);
    await reply.status(status).send({ detail });
  });
  app.setNotFoundHandler(async (request, reply) => {
    await reply
      .status(404)
      .send({ detail: `${request.method} ${request.url} does not exist on this server` });
  });
  void app.register(
    async (api) => {
      api.addHook('onRequest', async (request) => {
        if (!request.url.startsWith('/api/v1/healthz')) checkKey(request.headers['x-api-key']);
        if (request.headers['content-encoding'] !== undefined)
          throw new Problem(
            415,
            'Compressed bodies are not taken; client/config has proto_compress_fwdbwd: false',
          );
      });
      sessionRoutes(api, context);
      trainingRoutes(api, context);
      weightsRoutes(api, context);
      futureRoutes(api, context);
      samplingRoutes(api, context);
      checkpointRoutes(api, context);
      exportRoutes(api, context, signed);
      billingRoutes(api, context);
    },
    { prefix: '/api/v1' },
  );
  signedRoutes(app, context, signed);
  devRoutes(app, context);
  return app;
}

/** Every key of the right form passes. @throws {Problem} 401. */
function checkKey(key: string | readonly string[] | undefined): void {
  if (typeof key !== 'string' || !key.startsWith('tml-'))
    throw new Problem(401, 'The X-API-Key header is missing, or is no key: keys start with "tml-"');
}

/** 422 with the list of problems for a body that does not fit, as FastAPI servers answer. */
function answerTo(error: unknown): { readonly status: number; readonly detail: unknown } {
  if (error instanceof Problem) return { status: error.status, detail: error.detail };
  if (error instanceof ZodError)
    return {
      status: 422,
      detail: error.issues.map(({ code, path, message }) => ({
        type: code,
        loc: ['body', ...path],
        msg: message,
      })),
    };
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number')
    return { status: error.statusCode, detail: error.message };
  return { status: 500, detail: error instanceof Error ? error.message : String(error) };
}
