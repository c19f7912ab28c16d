import type { FastifyInstance } from 'fastify';
import type { Faults } from './faults.js';
import type { Recorder, RequestRecord } from './stats.js';

/**
 * Records every request of an origin except those below `/dev/`, and answers it where a `status` fault
 * applies.
 */
export function addRequestHook(
  app: FastifyInstance,
  origin: RequestRecord['origin'],
  faults: Faults,
  recorder: Recorder,
): void {
  app.addHook('onRequest', async (request, reply) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    if (path.startsWith('/dev/')) return;
    recorder.request({
      origin,
      method: request.method,
      path,
      range: request.headers.range,
      hasAuthorization: request.headers.authorization !== undefined,
    });
    const fault = faults.take('status', path);
    if (fault === undefined) return;
    if (fault.retryAfterSeconds !== undefined) reply.header('Retry-After', String(fault.retryAfterSeconds));
    const message = `fault: ${fault.status}`;
    if (origin === 'hub') await reply.code(fault.status).send({ error: message });
    else await reply.code(fault.status).type('text/plain').send(message);
  });
}
