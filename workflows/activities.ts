import {
  ActivityCancellationType,
  ActivityFailure,
  scheduleActivity,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../core/contracts/activities.js';
import type { TrainSegmentInput, TrainSegmentResult } from '../core/contracts/training.js';
import { nonRetryableErrorTypes } from '../core/errors.js';
import { heartbeats, queueOfRole, roleOf } from '../core/run/roles.js';
import { isWorkerLost, reasonOf, retryAfterMsOf } from './failure.js';
import type { Gate } from './pause/gate.js';

/** How long an activity may take, and how often it is tried. */
interface Policy {
  readonly options: ActivityOptions;
  /** Failures after which the workflow gives up. @default Temporal retries until the activity is done */
  readonly mostFailures?: number;
}

/** A cancelled activity is waited for: it saves and returns where it stands. */
const common: ActivityOptions = {
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
};

/** Work of minutes to hours whose failures time mends (network, servers, crashes). */
const untilDone: Policy = {
  options: {
    ...common,
    startToCloseTimeout: '3 days',
    retry: {
      initialInterval: '1 second',
      backoffCoefficient: 2,
      maximumInterval: '1 minute',
      nonRetryableErrorTypes: [...nonRetryableErrorTypes],
    },
  },
};

/**
 * A question whose answer must show soon: after four failures the run parks and shows the last one. The
 * workflow makes the attempts, for Temporal would count those that end with their worker.
 */
const asked: Policy = {
  options: { ...common, startToCloseTimeout: '6 hours', retry: { maximumAttempts: 1 } },
  mostFailures: 4,
};

/** One row an activity: its policy, and why. */
const policies = {
  resolveSource: asked, // A misspelt dataset or a missing token must show at once.
  downloadFiles: untilDone, // The next attempt continues from the last byte on disk.
  planConversion: untilDone, // Reads files that are on disk.
  convertPieces: untilDone, // Finished pieces are in the store.
  groupDialogues: untilDone, // Finished partitions are in the store.
  summariseSource: untilDone, // Reads the store.
  planMix: untilDone, // Reads the store.
  countPartitions: untilDone, // Finished partitions are in the store.
  decideMix: untilDone, // Reads the store.
  copyRows: untilDone, // Finished groups are in the store.
  writePartitions: untilDone, // Finished partitions are in the store.
  finishMix: untilDone, // Writes files whose content does not depend on the attempt.
  chooseTokenizer: asked, // May request it from the Hub. A wrong one must show before hours go into data.
  planTokens: untilDone, // Reads the store.
  tokenisePieces: untilDone, // Finished pieces are in the store.
  finishTokens: untilDone, // Reads the store.
  checkTraining: asked, // A wrong key must show before hours go into data.
  planTraining: asked, // A base model that the server does not offer must show at once.
  findRecords: untilDone, // A Tinker server that is down comes back, and training waits for it.
  stepsWithin: untilDone, // Reads the store.
  trainSegment: untilDone, // Each attempt starts from the predecessor's state.
  recordSegment: untilDone, // What was trained is lost without it.
  renewCheckpoints: asked, // The wait makes the next attempt, long before the checkpoints expire.
  evaluate: untilDone, // An evaluation that is in the store is not made again.
  writeReport: untilDone, // Reads the store.
} as const satisfies Record<keyof Activities, Policy>;

type Call<Activity> = Activity extends (input: infer Input) => Promise<infer Output>
  ? (summary: string, input: Input) => Promise<Output>
  : never;

/** The activities as workflows call them. The summary is what the Temporal UI shows in the timeline. */
export type ActivityCalls = { readonly [Name in keyof Activities]: Call<Activities[Name]> };

/**
 * The activities behind a gate: a pause cancels what is under way, and after it the same is called again.
 */
export function pausable(gate: Gate): ActivityCalls {
  return callsThrough((work) => gate.run(work));
}

/** The activities without a gate, for what a pause must not interrupt. */
export const activities: ActivityCalls = callsThrough((work) => work());

function callsThrough(through: (work: () => Promise<unknown>) => Promise<unknown>): ActivityCalls {
  const calls = Object.entries<Policy>(policies).map(([key, { options, mostFailures }]) => {
    // `policies` has a row for each activity, with that activity's name.
    const name = key as keyof Activities;
    const call = async (summary: string, input: unknown): Promise<unknown> => {
      const attempt = (): Promise<unknown> =>
        scheduleActivity(name, [input], { ...options, ...placeOf(name), summary });
      return await through(mostFailures === undefined ? attempt : () => ask(attempt, mostFailures));
    };
    return [name, call] as const;
  });
  return Object.fromEntries(calls) as ActivityCalls;
}

/** Where the activity runs, and the silence after which its worker counts as lost. */
function placeOf(name: keyof Activities): Pick<ActivityOptions, 'taskQueue' | 'heartbeatTimeout'> {
  const role = roleOf(name);
  return {
    taskQueue: queueOfRole(workflowInfo().taskQueue, role),
    heartbeatTimeout: heartbeats[role].timeoutMs,
  };
}

/** How long a worker has to take what was meant for it alone. */
const mostWaitForOne = '10 seconds';

/**
 * One attempt of `trainSegment` in the worker that polls `taskQueue`, which may have ended.
 *
 * @throws {ActivityFailure} where the worker does not take it in time, or the attempt fails.
 */
export async function trainSegmentOn(
  taskQueue: string,
  summary: string,
  input: TrainSegmentInput,
): Promise<TrainSegmentResult> {
  return await scheduleActivity<TrainSegmentResult>('trainSegment' satisfies keyof Activities, [input], {
    ...policies.trainSegment.options,
    ...placeOf('trainSegment'),
    taskQueue,
    scheduleToStartTimeout: mostWaitForOne,
    retry: { maximumAttempts: 1, nonRetryableErrorTypes: [...nonRetryableErrorTypes] },
    summary,
  });
}

const firstDelayMs = 1_000;
const longestDelayMs = 5_000;
/** Characters of a failure's message in a timer's summary. */
const longestSummary = 150;

/**
 * Attempts until there is an answer. An attempt whose worker ends in the middle is no failure of what was
 * asked.
 */
async function ask(attempt: () => Promise<unknown>, mostFailures: number): Promise<unknown> {
  for (let failures = 0; ;) {
    try {
      return await attempt();
    } catch (error) {
      if (isWorkerLost(error)) continue;
      failures += 1;
      if (!isRetryable(error) || failures === mostFailures) throw error;
      const delayMs = Math.min(firstDelayMs * 2 ** (failures - 1), longestDelayMs);
      const { message } = reasonOf(error);
      await sleep(retryAfterMsOf(error) ?? delayMs, {
        summary: `then again: ${message.slice(0, longestSummary)}`,
      });
    }
  }
}

/** The verdict of the error table, which the server has applied. */
function isRetryable(error: unknown): boolean {
  return error instanceof ActivityFailure && error.retryState === 'MAXIMUM_ATTEMPTS_REACHED';
}
