import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { workflowIdOf } from '../../core/run/workflow-ids.js';
import type { Servers } from './servers.js';

/** A workflow of a run, with its history as JSON. */
export interface WorkflowHistory {
  readonly id: string;
  readonly history: string;
  /** The workers that began one of its activities. */
  readonly workers: readonly string[];
}

/** The histories of a run and its children. */
export async function historiesOf({ temporal }: Servers, name: string): Promise<WorkflowHistory[]> {
  const histories: WorkflowHistory[] = [];
  const query = `WorkflowId STARTS_WITH "${workflowIdOf(name)}"`;
  for await (const { workflowId, runId } of temporal.client.workflow.list({ query })) {
    const history = await temporal.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const workers = (history.events ?? []).flatMap(({ activityTaskStartedEventAttributes: started }) =>
      typeof started?.identity === 'string' ? [started.identity] : [],
    );
    histories.push({ id: workflowId, history: historyToJSON(history), workers: [...new Set(workers)] });
  }
  return histories;
}
