import { WorkflowNotFoundError } from '@temporalio/client';
import { z } from 'zod';
import type { Progress } from '../../core/progress.js';
import { stages } from '../../core/run/stages.js';
import type { RunState } from '../../core/run/state.js';
import { sourceWorkflowIdOf, trainWorkflowIdOf } from '../../core/run/workflow-ids.js';
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
 * The pending activities of a run and of its children, with their heartbeats, which workflows cannot read.
 */
export async function pendingActivities(
  temporal: Pick<TemporalClient, 'client'>,
  workflowId: string,
  state: RunState | undefined,
): Promise<PendingActivity[]> {
  const children = state === undefined ? [] : runningChildren(workflowId, state);
  const found = await Promise.all([workflowId, ...children].map(async (id) => await pendingOf(temporal, id)));
  return found.flat();
}

function runningChildren(workflowId: string, { sources, stage }: RunState): string[] {
  const preparing = sources.filter(({ status }) => status !== 'done' && status !== 'skipped');
  return [
    ...preparing.map(({ name }) => sourceWorkflowIdOf(workflowId, name)),
    ...(stage === 'train' ? [trainWorkflowIdOf(workflowId)] : []),
  ];
}

async function pendingOf(
  { client }: Pick<TemporalClient, 'client'>,
  workflowId: string,
): Promise<PendingActivity[]> {
  try {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    return (raw.pendingActivities ?? []).map((activity) => ({
      id: `${workflowId}#${activity.activityId ?? ''}`,
      type: activity.activityType?.name ?? '',
      attempt: activity.attempt ?? 1,
      started: Number(activity.state) === startedState,
      progress: parseHeartbeat(activity.heartbeatDetails?.payloads?.[0]?.data),
      lastFailure: activity.lastFailure?.message ?? undefined,
    }));
  } catch (error) {
    // A child that has not started yet.
    if (error instanceof WorkflowNotFoundError) return [];
    throw error;
  }
}

function parseHeartbeat(data: Uint8Array | null | undefined): Progress | undefined {
  if (data === null || data === undefined || data.length === 0) return undefined;
  return Heartbeat.safeParse(JSON.parse(Buffer.from(data).toString('utf8'))).data;
}
