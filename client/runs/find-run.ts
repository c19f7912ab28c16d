import { WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import { HeadraceError } from '../../core/errors.js';
import type { RunQueries } from '../../core/run/api.js';
import { workflowIdOf } from '../../core/run/workflow-ids.js';
import type { RunState } from '../../core/run/state.js';
import type { stage1 } from '../../workflows/stage1.js';
import type { TemporalClient } from '../temporal/connect.js';

export type Stage1Handle = WorkflowHandle<typeof stage1>;

/** The newest run of a name; `undefined` where there is none. */
export async function describe(
  temporal: TemporalClient,
  name: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await handleOf(temporal, name).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** The newest run of a name. @throws {HeadraceError} RunNotFoundError. */
export async function requireRun(
  temporal: TemporalClient,
  name: string,
): Promise<WorkflowExecutionDescription> {
  const description = await describe(temporal, name);
  if (description !== undefined) return description;
  throw new HeadraceError(
    'RunNotFoundError',
    `There is no run named "${name}" at ${temporal.target.address}`,
  );
}

/** The handle of the newest run of a name. */
export function handleOf(temporal: TemporalClient, name: string): Stage1Handle {
  return temporal.client.workflow.getHandle<typeof stage1>(workflowIdOf(name));
}

/** The answer to one of the run's queries. It needs a worker. */
export async function queryRun<Name extends keyof RunQueries>(
  handle: Stage1Handle,
  query: Name,
): Promise<RunQueries[Name]> {
  return await handle.query<RunQueries[Name]>(query);
}

/** The state of a run, by a query that a worker answers. */
export async function runState(handle: Stage1Handle): Promise<RunState> {
  return await queryRun(handle, 'progress');
}
