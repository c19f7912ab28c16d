import { setTimeout as sleep } from 'node:timers/promises';
import { pendingActivities } from '../../client/runs/pending-activities.js';
import { describe, handleOf, runState } from '../../client/runs/find-run.js';
import { sendUpdate } from '../../client/runs/send-update.js';
import { messageOf } from '../../core/errors.js';
import { workflowIdOf } from '../../core/run/workflow-ids.js';
import type { RunState, Wait } from '../../core/run/state.js';
import type { Stage1Result } from '../../core/run/run.js';
import type { OpenServers } from '../support/servers.js';

/**
 * What a run may park for while things happen to it: a disk without room, and servers or a bucket that were
 * away during an activity of few attempts. Whatever else it parks for is a defect.
 */
const mendable = new Set([
  'DiskFullError',
  'HubUnavailableError',
  'TinkerUnavailableError',
  'StoreUnavailableError',
]);
const lookMs = 300;
const answerMs = 20_000;

export interface Followed {
  readonly result: Stage1Result;
  /** How often it was retried. */
  readonly repairs: number;
}

/**
 * Follows a run to its end. What parks for something that has passed is retried, as a user would.
 *
 * @throws {Error} where it parks for anything else, and where it has not ended by `deadline` (epoch, ms):
 *   what it waits for.
 */
export async function follow(servers: OpenServers, name: string, deadline: number): Promise<Followed> {
  const { temporal } = servers;
  let repairs = 0;
  let state: RunState | undefined;
  let trouble = 'nothing';
  while (Date.now() < deadline) {
    try {
      const status = (await describe(temporal, name))?.status.name;
      if (status !== 'RUNNING') return { result: await handleOf(temporal, name).result(), repairs };
      state = await temporal.connection.withDeadline(
        Date.now() + 5_000,
        async () => await runState(handleOf(temporal, name)),
      );
      for (const wait of state.waitingFor) {
        if (!mendable.has(wait.type)) throw new Defect(`${wait.what} parked: ${wait.type}: ${wait.message}`);
        process.stderr.write(`  ${name}: ${wait.what} parked: ${wait.type}: ${wait.message}\n`);
        await temporal.connection.withDeadline(
          Date.now() + answerMs,
          async () => await retry(servers, name, wait),
        );
        repairs += 1;
      }
    } catch (error) {
      if (error instanceof Defect || (error instanceof Error && error.name === 'WorkflowFailedError'))
        throw error;
      // The server is down, or no worker answers: that is what this is about.
      trouble = messageOf(error);
    }
    await sleep(lookMs);
  }
  throw new Error(`has not ended; ${await standing(servers, name, state)}; last trouble: ${trouble}`);
}

class Defect extends Error {}

async function retry(servers: OpenServers, name: string, wait: Wait): Promise<void> {
  if (wait.kind === 'source') await sendUpdate(servers.temporal, name, 'retrySource', { source: wait.what });
  else if (wait.kind === 'stage')
    await sendUpdate(servers.temporal, name, 'retryStage', { stage: wait.what });
}

/** Where a run stands that does not end: its stage, what it waits for, and what is under way for it. */
async function standing(servers: OpenServers, name: string, state: RunState | undefined): Promise<string> {
  const pending = await pendingActivities(servers.temporal, workflowIdOf(name)).catch(() => []);
  const activities = pending.map(
    ({ id, type, attempt, started, lastFailure }) =>
      `${type} (${id}, attempt ${attempt}, ${started ? 'started' : 'scheduled'}${lastFailure === undefined ? '' : `, after: ${lastFailure}`})`,
  );
  const waits = state?.waitingFor.map(({ what, type }) => `${what} (${type})`) ?? [];
  return `stage ${state?.stage ?? 'unknown'}, waits for ${[...waits, ...activities].join(', ') || 'nothing that is known'}`;
}
