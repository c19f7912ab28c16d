import { isOfRun } from '../../activities/train/server/session-metadata.js';
import { withTinkerErrors } from '../../activities/train/server/tinker-errors.js';
import type { TokenUsage } from '../../core/cost/usage.js';
import { HeadraceError } from '../../core/errors.js';
import type { BilledTokens } from '../../tinker/index.js';
import { openTinkerAccess } from '../checkpoints/server.js';

/** What the server has billed for the sessions of a run. */
export interface BilledUsage {
  readonly server: string;
  readonly usage: TokenUsage;
  /** Of the prefilled tokens, those that the server had cached. */
  readonly cached: number;
  /** The server's own estimate; `null` where it has none for some of the tokens. */
  readonly usd: number | null;
}

/** Or why that is not known. */
export type ServerUsage = BilledUsage | { readonly problem: string };

/**
 * Reads the billing of the server that trains the run. A key needs the right to see it, and self-hosted
 * servers have none.
 *
 * @param server - description of the server that the run trains on.
 * @param sinceMs - begin of the run.
 */
export async function billedUsage(runName: string, server: string, sinceMs: number): Promise<ServerUsage> {
  const { signal } = new AbortController();
  try {
    // One retry: a user waits for this.
    const access = await openTinkerAccess(1);
    const { description } = await access.describeServer(signal);
    if (description !== server) return { problem: `the run trains on ${server}, and this is ${description}` };
    const tinker = await access.connect(signal);
    const events = await withTinkerErrors(description, signal, () =>
      tinker.billedTokens(sinceMs, Date.now(), signal),
    );
    return summed(
      server,
      events.filter(({ sessionMetadata }) => isOfRun(sessionMetadata, runName)),
    );
  } catch (error) {
    if (!(error instanceof HeadraceError)) throw error;
    return { problem: `${error.type}: ${error.message}` };
  }
}

function summed(server: string, events: readonly BilledTokens[]): BilledUsage {
  const tokens = (is: (event: BilledTokens) => boolean): number =>
    events.filter(is).reduce((sum, event) => sum + event.tokens, 0);
  const known = events.flatMap(({ usd }) => usd ?? []);
  return {
    server,
    usage: {
      train: tokens(({ kind }) => kind === 'training'),
      prefill: tokens(({ kind }) => kind === 'sampling_prefill'),
      sample: tokens(({ kind }) => kind === 'sampling_sample'),
    },
    cached: tokens(({ kind, cached }) => kind === 'sampling_prefill' && cached),
    usd: known.length < events.length ? null : known.reduce((sum, usd) => sum + usd, 0),
  };
}
