/* oxlint-disable oxc/no-async-endpoint-handlers -- the rule is about Express; Fastify awaits its handlers */
import type { FastifyInstance } from 'fastify';
import { maxDatums } from './codec.js';
import { serverBlock, type ServerContext } from './context.js';
import { Problem } from '../problem.js';
import { CreateSession, FinishSession, SessionRef } from './schemas.js';

/** Configuration, capabilities and sessions. */
export function sessionRoutes(app: FastifyInstance, context: ServerContext): void {
  const { sessions, offers, log, host } = context;

  app.get('/healthz', async () => {
    if (host.failure !== undefined) throw new Problem(503, `Restart the server: ${host.failure.message}`);
    return { status: 'ok', ...serverBlock(context) };
  });
  app.post('/client/config', async () => ({
    pjwt_auth_enabled: false,
    credential_default_source: 'api_key',
    parallel_fwdbwd_chunks: true,
    proto_compress_fwdbwd: false,
    fwdbwd_max_chunk_len: maxDatums,
    fwdbwd_max_chunk_bytes_count: 5_000_000,
    sample_use_retrieve_futures: false,
    custom_loss_server_side: false,
    ...serverBlock(context),
  }));
  app.post('/client/dynamic_config', async () => ({
    refresh_interval_sec: 300,
    sample_cancel_enabled: false,
  }));
  app.post('/telemetry', async () => ({ status: 'accepted' }));
  app.get('/get_server_capabilities', async () => ({
    supported_models: offers.map(({ name, contextLength }) => ({
      model_name: name,
      max_context_length: contextLength,
      trainable: true,
      sampleable: true,
    })),
    ...serverBlock(context),
  }));

  app.post('/create_session', async (request) => {
    const { user_metadata: metadata } = CreateSession.parse(request.body);
    const session = sessions.create(metadata ?? {});
    log.add({ op: 'create_session', outcome: 'done', sessionId: session.id });
    return {
      type: 'create_session',
      session_id: session.id,
      info_message:
        context.simulation === undefined
          ? 'This is a Headrace development server: small models, for trying out and tests.'
          : 'This is a SIMULATED Headrace development server: it computes nothing, its numbers mean nothing.',
      warning_message: null,
      error_message: null,
    };
  });
  app.post('/session_heartbeat', async (request) => {
    sessions.heartbeat(SessionRef.parse(request.body).session_id);
    return { type: 'session_heartbeat' };
  });
  app.post<{ Params: { id: string } }>('/sessions/:id/finish', async (request, reply) => {
    sessions.finish(request.params.id, FinishSession.parse(request.body).reason.type);
    await reply.status(204).send();
  });
}
