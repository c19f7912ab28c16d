import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError } from '@temporalio/client';
import { messageOf } from '../../core/errors.js';
import { workflowIdOf } from '../../core/run/workflow-ids.js';
import type { RunState, Wait } from '../../core/run/state.js';
import type { TemporalClient } from '../temporal/connect.js';
import { openScreen } from '../text/screen.js';
import type { Screen } from '../text/screen.js';
import { handleOf, requireRun, runState } from './find-run.js';
import { pendingActivities } from './pending-activities.js';
import type { PendingActivity } from './pending-activities.js';
import { runEnding } from './run-ending.js';
import type { RunEnding } from './run-ending.js';
import { eventsBetween } from './run-events.js';
import { stageTotals } from './stage-totals.js';
import { rolesThatWait, unservedText } from './waiting-work.js';

/** How a watched run ended, or why watching ended. */
export type WatchOutcome =
  | RunEnding
  | { readonly kind: 'waits'; readonly waits: readonly Wait[] }
  | { readonly kind: 'interrupted' };

export interface WatchOptions {
  /** Ends watching, not the run. */
  readonly signal: AbortSignal;
  /** End when the run waits for a decision and none of its activities is pending. @default true */
  readonly untilWait?: boolean;
  /** @default stderr */
  readonly screen?: Screen;
}

const pollEveryMs = 1_000;
/** Without a worker a query has no answer. */
const queryTimeoutMs = 5_000;
/** Activities that are shown one by one; the totals of the stages hold the others. */
const mostShown = 16;
const pollsBeforeAsking = 10;

/**
 * Shows a run until it ends or waits for a decision. While the connection is lost, it keeps trying; the run
 * continues.
 */
export async function watchRun(
  temporal: TemporalClient,
  name: string,
  options: WatchOptions,
): Promise<WatchOutcome> {
  const { signal, untilWait = true, screen = openScreen() } = options;
  const watch = new Watch(temporal, name, screen);
  try {
    while (!signal.aborted) {
      const outcome = await watch.poll(untilWait);
      if (outcome !== undefined) return outcome;
      await sleep(pollEveryMs, undefined, { signal }).catch(() => undefined);
    }
    return { kind: 'interrupted' };
  } finally {
    screen.stop();
  }
}

class Watch {
  readonly #temporal: TemporalClient;
  readonly #name: string;
  readonly #screen: Screen;
  /** The state in a worker's last answer. */
  #state: RunState | undefined;
  #serverAnswers = true;
  #workerAnswers = true;
  /** Successive polls in which the run waited and none of its activities was pending. */
  #idlePolls = 0;
  /** Successive polls in which all activities of a role waited for a worker. */
  #waitingPolls = 0;
  #saidUnserved = false;

  constructor(temporal: TemporalClient, name: string, screen: Screen) {
    this.#temporal = temporal;
    this.#name = name;
    this.#screen = screen;
  }

  /** Shows what has changed. Returns the outcome when watching ends. */
  async poll(untilWait: boolean): Promise<WatchOutcome | undefined> {
    try {
      return await this.#update(untilWait);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      if (this.#serverAnswers)
        this.#screen.line(
          `The Temporal server does not answer (${messageOf(error)}). The run is not affected. Trying again …`,
        );
      this.#serverAnswers = false;
      return undefined;
    }
  }

  async #update(untilWait: boolean): Promise<WatchOutcome | undefined> {
    const { status, taskQueue } = await requireRun(this.#temporal, this.#name);
    const isRunning = status.name === 'RUNNING';
    if (!this.#serverAnswers) this.#screen.line('The Temporal server answers again.');
    this.#serverAnswers = true;
    this.#showState(await this.#query(), isRunning);
    if (!isRunning) return await runEnding(this.#temporal, this.#name);
    const pending = await pendingActivities(this.#temporal, workflowIdOf(this.#name));
    this.#screen.show([...pending.slice(0, mostShown), ...stageTotals(this.#state, pending)]);
    await this.#showUnserved(taskQueue, pending);
    const waits = this.#state?.waitingFor ?? [];
    this.#idlePolls = waits.length > 0 && pending.length === 0 ? this.#idlePolls + 1 : 0;
    // Between two activities of another source nothing is pending for a moment: one idle poll is not enough.
    return untilWait && this.#idlePolls >= 2 ? { kind: 'waits', waits } : undefined;
  }

  /** Says once which role nobody serves, and once when that has changed. */
  async #showUnserved(taskQueue: string, pending: readonly PendingActivity[]): Promise<void> {
    this.#waitingPolls = rolesThatWait(pending).length > 0 ? this.#waitingPolls + 1 : 0;
    // A role that is served begins soon: the server is asked only where work has waited for a while.
    if (this.#waitingPolls % pollsBeforeAsking !== 0) return;
    const text =
      this.#waitingPolls === 0 ? undefined : await unservedText(this.#temporal, taskQueue, pending);
    if (text !== undefined && !this.#saidUnserved) this.#screen.line(text);
    if (text === undefined && this.#saidUnserved) this.#screen.line('Workers serve every role again.');
    this.#saidUnserved = text !== undefined;
  }

  /** The state of the run; `undefined` where no worker answers. */
  async #query(): Promise<RunState | undefined> {
    try {
      return await this.#temporal.connection.withDeadline(
        Date.now() + queryTimeoutMs,
        async () => await runState(handleOf(this.#temporal, this.#name)),
      );
    } catch {
      return undefined;
    }
  }

  #showState(now: RunState | undefined, isRunning: boolean): void {
    if (now === undefined) {
      if (this.#workerAnswers && isRunning)
        this.#screen.line(
          'No worker answers; the run continues when one is started with `npx headrace worker`.',
        );
      this.#workerAnswers = false;
      return;
    }
    if (!this.#workerAnswers) this.#screen.line('A worker answers again.');
    this.#workerAnswers = true;
    for (const line of eventsBetween(this.#state, now)) this.#screen.line(line);
    this.#state = now;
  }
}
