import { workflowIdOf } from '../../core/run/workflow-ids.js';
import type { Servers } from './servers.js';

/** An activity of a run that has ended, as a history has it. */
export interface DoneActivity {
  readonly type: string;
  readonly taskQueue: string;
  /** The worker of the last attempt. */
  readonly worker: string;
  readonly scheduledAtMs: number;
  /** Of the last attempt. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** The activities of a run and its children that have ended, in the order in which they started. */
export async function activitiesOf({ temporal }: Servers, name: string): Promise<DoneActivity[]> {
  const found: DoneActivity[] = [];
  const query = `WorkflowId = "${workflowIdOf(name)}" OR WorkflowId STARTS_WITH "${workflowIdOf(name)}/"`;
  for await (const { workflowId, runId } of temporal.client.workflow.list({ query })) {
    const { events } = await temporal.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const byId = new Map((events ?? []).map((event) => [String(event.eventId), event]));
    for (const event of events ?? []) {
      const end =
        event.activityTaskCompletedEventAttributes ??
        event.activityTaskFailedEventAttributes ??
        event.activityTaskTimedOutEventAttributes;
      const scheduled = byId.get(String(end?.scheduledEventId));
      const started = byId.get(String(end?.startedEventId));
      const attributes = scheduled?.activityTaskScheduledEventAttributes;
      if (scheduled === undefined || started === undefined) continue;
      found.push({
        type: attributes?.activityType?.name ?? '',
        taskQueue: attributes?.taskQueue?.name ?? '',
        worker: started.activityTaskStartedEventAttributes?.identity ?? '',
        scheduledAtMs: milliseconds(scheduled.eventTime),
        startedAtMs: milliseconds(started.eventTime),
        endedAtMs: milliseconds(event.eventTime),
      });
    }
  }
  return found.sort((one, other) => one.startedAtMs - other.startedAtMs);
}

type Time = { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined;

function milliseconds(time: Time): number {
  return Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;
}
