/* oxlint-disable oxc/no-async-endpoint-handlers -- the rule is about Express; Fastify awaits its handlers */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { lossResultJson, lossResultProto, sampleResultJson, sampleResultProto } from './codec.js';
import type { ServerContext } from './context.js';
import type { Outcome } from '../state/futures.js';
import { RetrieveFuture } from './schemas.js';

const protobuf = 'application/x-protobuf';

/** Results of requests. */
export function futureRoutes(app: FastifyInstance, context: ServerContext): void {
  app.post('/retrieve_future', async (request, reply) => {
    const { request_id: requestId } = RetrieveFuture.parse(request.body);
    const future = context.futures.get(requestId);
    const outcome = await future.wait(context.longPollMs);
    if (outcome !== undefined) return encode(request, reply, outcome);
    if (future.running)
      return reply.status(408).send({ detail: 'Timeout waiting for result', queue_state: 'active' });
    return {
      type: 'try_again',
      request_id: requestId,
      queue_state: 'active',
      queue_state_reason: 'an earlier request of the model has not been done, or has not arrived',
    };
  });
}

function encode(request: FastifyRequest, reply: FastifyReply, outcome: Outcome): FastifyReply {
  const wantsProtobuf = (request.headers.accept ?? '').includes(protobuf);
  switch (outcome.kind) {
    case 'json':
      return reply.send(outcome.body);
    case 'failed':
      return reply.send({ error: outcome.error, category: outcome.category });
    case 'loss':
      if (!wantsProtobuf) return reply.send(lossResultJson(outcome.result));
      return reply.type(protobuf).send(Buffer.from(lossResultProto(outcome.result)));
    case 'sample':
      if (!wantsProtobuf) return reply.send(sampleResultJson(outcome.result));
      return reply.type(protobuf).send(Buffer.from(sampleResultProto(outcome.result)));
  }
}
