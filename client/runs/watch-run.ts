import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError, WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure, TerminatedFailure } from '@temporalio/common';
import { messageOf } from '../../core/errors.js';
import { workflowIdOf } from '../../core/run/workflow-ids.js';
import type { RunState, Wait } from '../../core/run/state.js';
import type { Stage1Result } from '../../core/run/run.js';
import { eventsBetween } from './run-events.js';
import { pendingActivities } from './pending-activities.js';
import { handleOf, requireRun, runState } from './start-run.js';
import { openScreen } from '../text/progress-bars.js';
import type { Screen } from '../text/progress-bars.js';
import type { TemporalClient } from '../temporal/connect.js';
import { totals } from './stage-totals.js';

/** How a watched run ended, or why watching did. */
export type WatchOutcome =
  | { readonly kind: 'done'; readonly result: Stage1Result }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'waits'; readonly waits: readonly Wait[] }
  | { readonly kind: 'interrupted' };

export interface WatchOptions {
  /** Ends watching (not the run). */
  readonly signal: AbortSignal;
  /** End when nothing but a person can bring the run on. @default true */
  readonly untilWait?: boolean;
  readonly screen?: Screen;
}

const lookEveryMs = 1_000;
/** With no worker, queries go unanswered; watching says so once and goes on. */
const queryTimeoutMs = 5_000;

/** Follows a run until it ends or waits for a person. A lost connection is waited out; the run does not care. */
export async function watchRun(
  temporal: TemporalClient,
  name: string,
  options: WatchOptions,
): Promise<WatchOutcome> {
  const screen = options.screen ?? openScreen();
  let state: RunState | undefined;
  let silent = false;
  let isLost = false;
  let quiet = 0;
  try {
    for (;;) {
      if (options.signal.aborted) return { kind: 'interrupted' };
      try {
        const description = await requireRun(temporal, name);
        if (isLost) screen.line('The Temporal server answers again.');
        isLost = false;
        const now = await currentState(temporal, name);
        if (now === undefined) {
          if (!silent && description.status.name === 'RUNNING')
            screen.line(
              'No worker answers; the run stands still until one is started with `npx headrace worker`.',
            );
          silent = true;
        } else {
          if (silent) screen.line('A worker answers again.');
          silent = false;
          for (const line of eventsBetween(state, now)) screen.line(line);
          state = now;
        }
        if (description.status.name !== 'RUNNING') return await ending(temporal, name);
        const pending = await pendingActivities(temporal, workflowIdOf(name), state);
        screen.show([...pending, ...totals(state, pending)]);
        const waits = state?.waitingFor ?? [];
        quiet = waits.length > 0 && pending.length === 0 ? quiet + 1 : 0;
        // Twice in a row: between two activities of another source there may be nothing pending for a moment.
        if (quiet >= 2 && options.untilWait !== false) return { kind: 'waits', waits };
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        if (!isLost)
          screen.line(
            `The Temporal server does not answer (${messageOf(error)}); the run does not mind. Trying again …`,
          );
        isLost = true;
      }
      await sleep(lookEveryMs, undefined, { signal: options.signal }).catch(() => undefined);
    }
  } finally {
    screen.stop();
  }
}

async function currentState(temporal: TemporalClient, name: string): Promise<RunState | undefined> {
  try {
    return await temporal.connection.withDeadline(
      Date.now() + queryTimeoutMs,
      async () => await runState(handleOf(temporal, name)),
    );
  } catch {
    // No worker, or one that is starting: the server's own description still says how the run stands.
    return undefined;
  }
}

/** How a run that is not under way any more has ended. */
export async function ending(
  temporal: TemporalClient,
  name: string,
): Promise<Exclude<WatchOutcome, { readonly kind: 'waits' | 'interrupted' }>> {
  try {
    return { kind: 'done', result: await handleOf(temporal, name).result() };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    if (error.cause instanceof CancelledFailure) return { kind: 'cancelled' };
    if (error.cause instanceof TerminatedFailure)
      return { kind: 'failed', message: 'The run was terminated' };
    return { kind: 'failed', message: messageOf(error.cause ?? error) };
  }
}
