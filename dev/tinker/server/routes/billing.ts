/* oxlint-disable oxc/no-async-endpoint-handlers -- the rule is about Express; Fastify awaits its handlers */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Problem } from '../problem.js';
import type { ServerContext } from './context.js';

const hourMs = 3_600_000;
const longestMs = 14 * 24 * hourMs;
const hourly = z
  .string()
  .transform((text) => Date.parse(text))
  .refine((ms) => Number.isInteger(ms / hourMs), 'must be a moment at a full UTC hour');
const Window = z.object({ starting_on: hourly, ending_before: hourly });

/** The tokens that the sessions of this process used, by the hour. Without prices. */
export function billingRoutes(app: FastifyInstance, { billing, sessions, config }: ServerContext): void {
  app.get('/billing/usage/events', async (request) => {
    const { starting_on: from, ending_before: to } = Window.parse(request.query);
    if (from > Date.now()) throw new Problem(422, 'starting_on is in the future');
    if (to <= from || to - from > longestMs)
      throw new Problem(422, 'ending_before must be after starting_on, by 14 days at most');
    const hours = billing.between(from, to);
    return {
      data: hours.map(({ hourMs: begin, sessionId, kind, tokens }) => ({
        bucket_start: new Date(begin).toISOString(),
        bucket_end: new Date(begin + hourMs).toISOString(),
        base_model: config.name,
        session_id: sessionId,
        estimated_cost_usd: null,
        event_info: {
          type: kind,
          token_count: tokens,
          ...(kind === 'sampling_prefill' ? { cached: false } : {}),
        },
      })),
      sessions: Object.fromEntries(
        hours.map(({ sessionId }) => [sessionId, { user_metadata: sessions.metadataOf(sessionId) }]),
      ),
      cost_data_through: null,
    };
  });
}
