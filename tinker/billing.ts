import { z } from 'zod';
import { parseAnswer } from './http/answer.js';
import type { Transport } from './http/transport.js';

/** What is billed by the token. */
const tokenEvents = ['training', 'sampling_prefill', 'sampling_sample'] as const;

/** Tokens of one kind that one session used in one hour. */
export interface BilledTokens {
  readonly kind: (typeof tokenEvents)[number];
  /** Prefill that the server had cached, and bills at a lower rate. */
  readonly cached: boolean;
  readonly tokens: number;
  /** The server's estimate before credits; absent where it has none yet. */
  readonly usd?: number;
  /** Absent for usage that belongs to no session. */
  readonly sessionId?: string;
  /** As the session was opened with. */
  readonly sessionMetadata: Readonly<Record<string, string>>;
}

const Event = z.object({
  session_id: z.string().nullish(),
  estimated_cost_usd: z.number().nullish(),
  event_info: z.object({
    type: z.string(),
    cached: z.boolean().nullish(),
    token_count: z.number().nullish(),
  }),
});
const Usage = z.object({
  data: z.array(Event),
  sessions: z
    .record(z.string(), z.object({ user_metadata: z.record(z.string(), z.string()).nullish() }))
    .nullish(),
});

const hourMs = 3_600_000;
/** The server takes windows of 14 days at most. */
const longestWindowMs = 14 * 24 * hourMs;

/**
 * The tokens that the server has billed the account between two moments, in whole hours around them. The
 * data lags by up to a few hours, and storage and checkpoints are left out.
 *
 * @throws {TinkerError} auth, where the key may not see the billing; not-found, where the server has none.
 */
export async function billedTokens(
  transport: Transport,
  fromMs: number,
  toMs: number,
  signal?: AbortSignal,
): Promise<BilledTokens[]> {
  const billed: BilledTokens[] = [];
  const endMs = Math.ceil((toMs + 1) / hourMs) * hourMs;
  for (let beginMs = Math.floor(fromMs / hourMs) * hourMs; beginMs < endMs; beginMs += longestWindowMs)
    billed.push(...(await windowOf(transport, beginMs, Math.min(beginMs + longestWindowMs, endMs), signal)));
  return billed;
}

async function windowOf(
  transport: Transport,
  beginMs: number,
  endMs: number,
  signal: AbortSignal | undefined,
): Promise<BilledTokens[]> {
  const path = 'billing/usage/events';
  const query = new URLSearchParams({ starting_on: isoOf(beginMs), ending_before: isoOf(endMs) });
  const answer = await transport.send({
    class: 'control',
    method: 'GET',
    path: `${path}?${query.toString()}`,
    signal,
  });
  const { data, sessions } = parseAnswer(Usage, answer, path);
  return data.flatMap(
    ({ session_id: sessionId, estimated_cost_usd: usd, event_info: { type, cached, token_count } }) => {
      const kind = tokenEvents.find((each) => each === type);
      if (kind === undefined) return [];
      return {
        kind,
        cached: cached ?? false,
        tokens: token_count ?? 0,
        ...(typeof usd === 'number' ? { usd } : {}),
        ...(typeof sessionId === 'string' ? { sessionId } : {}),
        sessionMetadata: sessions?.[sessionId ?? '']?.user_metadata ?? {},
      };
    },
  );
}

/** As the Python SDK writes it: `2026-07-13T00:00:00Z`. */
function isoOf(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
