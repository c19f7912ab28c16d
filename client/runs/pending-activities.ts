import { z } from 'zod';
import { stages } from '../../core/run/stages.js';
import type { Progress } from '../../core/progress.js';
import type { RunState } from '../../core/run/state.js';
import { sourceWorkflowIdOf, trainWorkflowIdOf } from '../../core/run/workflow-ids.js';
import type { TemporalClient } from '../temporal/connect.js';
import { isNotFound } from '../temporal/not-found.js';

/** An activity that the server has not seen finished: what it is, how far, and why it is tried again. */
export interface PendingActivity {
  readonly id: string;
  readonly type: string;
  readonly attempt: number;
  readonly started: boolean;
  readonly progress: Progress | undefined;
  /** Message of the last failure, where an attempt failed. */
  readonly lastFailure: string | undefined;
}

/** `PENDING_ACTIVITY_STATE_STARTED` of Temporal's API. */
const startedState = 2;

const ProgressDetails = z.object({
  stage: z.enum(stages),
  label: z.string(),
  done: z.number(),
  total: z.number().nullable(),
  unit: z.enum(['bytes', 'rows', 'steps', 'tokens', 'files', 'pieces']),
  note: z.string().exactOptional(),
});

/** The pending activities of a run and of its children. Heartbeats are read here, for workflows do not see them. */
export async function pendingActivities(
  temporal: TemporalClient,
  workflowId: string,
  state: RunState | undefined,
): Promise<PendingActivity[]> {
  const children =
    state === undefined
      ? []
      : [
          ...state.sources
            .filter((source) => source.status !== 'done' && source.status !== 'skipped')
            .map((source) => sourceWorkflowIdOf(workflowId, source.name)),
          ...(state.stage === 'train' ? [trainWorkflowIdOf(workflowId)] : []),
        ];
  const found = await Promise.all([workflowId, ...children].map(async (id) => await pendingOf(temporal, id)));
  return found.flat();
}

async function pendingOf(temporal: TemporalClient, workflowId: string): Promise<PendingActivity[]> {
  try {
    const { raw } = await temporal.client.workflow.getHandle(workflowId).describe();
    return (raw.pendingActivities ?? []).map((activity) => ({
      id: `${workflowId}#${activity.activityId ?? ''}`,
      type: activity.activityType?.name ?? '',
      attempt: activity.attempt ?? 1,
      started: Number(activity.state) === startedState,
      progress: decode(activity.heartbeatDetails?.payloads?.[0]?.data),
      lastFailure: activity.lastFailure?.message ?? undefined,
    }));
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

function decode(data: Uint8Array | null | undefined): Progress | undefined {
  if (data === null || data === undefined || data.length === 0) return undefined;
  return ProgressDetails.safeParse(JSON.parse(Buffer.from(data).toString('utf8'))).data;
}
