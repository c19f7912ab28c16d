import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

/** The armed faults of a server, as its routes change them. */
export interface ArmedFaults<Fault> {
  arm(fault: Fault): void;
  list(): readonly object[];
  clear(): void;
}

/**
 * Adds `/dev/faults`, by which tests make a local server fail: POST arms one fault or a list, GET lists those
 * that are armed, DELETE removes them. A fault that does not fit the schema is answered with 400.
 */
export function addFaultRoutes<Fault>(
  app: FastifyInstance,
  schema: z.ZodType<Fault>,
  faults: ArmedFaults<Fault>,
): void {
  app.post('/dev/faults', async (request, reply) => {
    const parsed = z.array(schema).safeParse([request.body].flat());
    if (!parsed.success) return reply.code(400).send({ error: z.prettifyError(parsed.error) });
    for (const fault of parsed.data) faults.arm(fault);
    return reply.code(204).send();
  });
  app.get('/dev/faults', async () => ({ faults: faults.list() }));
  app.delete('/dev/faults', async (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });
}
