import { WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { z } from 'zod';
import type { Progress } from '../../core/progress.js';
import { stages } from '../../core/run/stages.js';
import type { TemporalClient } from '../temporal/connect.js';
import type { WorkUnderWay } from '../text/progress-line.js';

/** An activity that is scheduled or under way. */
export interface PendingActivity extends WorkUnderWay {
  /** `<workflow id>#<activity id>`. */
  readonly id: string;
  /** False before a worker has taken it. */
  readonly started: boolean;
}

/** `PENDING_ACTIVITY_STATE_STARTED` of Temporal's API. */
const startedState = 2;

const Heartbeat = z.object({
  stage: z.enum(stages),
  label: z.string(),
  done: z.number(),
  total: z.number().nullable(),
  unit: z.enum(['bytes', 'rows', 'steps', 'tokens', 'files', 'pieces']),
  note: z.string().exactOptional(),
});

/**
 * The pending activities of a workflow and of the children that it waits for, and theirs, with their
 * heartbeats, which workflows cannot read.
 */
export async function pendingActivities(
  temporal: Pick<TemporalClient, 'client'>,
  workflowId: string,
): Promise<PendingActivity[]> {
  const raw = await describeRaw(temporal, workflowId);
  const own = (raw?.pendingActivities ?? []).map((activity) => ({
    id: `${workflowId}#${activity.activityId ?? ''}`,
    type: activity.activityType?.name ?? '',
    attempt: activity.attempt ?? 1,
    started: Number(activity.state) === startedState,
    progress: parseHeartbeat(activity.heartbeatDetails?.payloads?.[0]?.data),
    lastFailure: activity.lastFailure?.message ?? undefined,
  }));
  const children = (raw?.pendingChildren ?? []).flatMap((child) => child.workflowId ?? []);
  const theirs = await Promise.all(children.map(async (id) => await pendingActivities(temporal, id)));
  return [...own, ...theirs.flat()];
}

type RawDescription = WorkflowExecutionDescription['raw'];

/** `undefined` for a child that has not started yet. */
async function describeRaw(
  { client }: Pick<TemporalClient, 'client'>,
  workflowId: string,
): Promise<RawDescription | undefined> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).raw;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

function parseHeartbeat(data: Uint8Array | null | undefined): Progress | undefined {
  if (data === null || data === undefined || data.length === 0) return undefined;
  return Heartbeat.safeParse(JSON.parse(Buffer.from(data).toString('utf8'))).data;
}
