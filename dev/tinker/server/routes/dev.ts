/* oxlint-disable oxc/no-async-endpoint-handlers -- the rule is about Express; Fastify awaits its handlers */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ServerContext } from './context.js';
import { addFaultRoutes } from '../../../fault-routes.js';
import { Fault } from '../state/faults.js';
import { Problem } from '../problem.js';

const LogQuery = z.object({ model_id: z.string().optional(), op: z.string().optional() });
const Clock = z.object({ advanceSeconds: z.number().nonnegative() });

/** Routes for tests: faults, the log of operations, a clock that can be set forward. */
export function devRoutes(app: FastifyInstance, context: ServerContext): void {
  addFaultRoutes(app, Fault, context.faults);
  app.get('/dev/log', async (request) => {
    const { model_id: modelId, op } = LogQuery.parse(request.query);
    return { operations: context.log.list({ modelId, op }) };
  });
  app.get('/dev/simulation', async () => {
    if (context.simulation === undefined)
      throw new Problem(404, 'This server computes; nothing is simulated');
    const { latencyMs, operations } = context.simulation;
    return { latencyMs, operations };
  });
  app.post('/dev/clock', async (request, reply) => {
    context.clock.advance(Clock.parse(request.body).advanceSeconds);
    await context.checkpoints.purge();
    await reply.status(204).send();
  });
}
