import proto from '@temporalio/proto';
import { openStore } from '../../activities/artifacts/open-store.js';
import { queueOfRole } from '../../core/run/roles.js';
import type { Role } from '../../core/run/roles.js';
import { taskQueueOf } from '../../worker/connection.js';
import type { Servers } from './servers.js';

/** A worker as the server knows it. */
interface Poller {
  /** Its name in histories. */
  readonly worker: string;
  /** `undefined` for a worker without a version. */
  readonly buildId: string | undefined;
}

const { TASK_QUEUE_TYPE_ACTIVITY } = proto.temporal.api.enums.v1.TaskQueueType;

/** The workers that poll for the activities of a role, those that ended a moment ago among them. */
export async function pollersOf({ temporal }: Servers, store: string, role: Role): Promise<Poller[]> {
  const { id } = await openStore(store);
  const { pollers } = await temporal.connection.workflowService.describeTaskQueue({
    namespace: temporal.target.namespace,
    taskQueue: { name: queueOfRole(taskQueueOf(id), role) },
    taskQueueType: TASK_QUEUE_TYPE_ACTIVITY,
  });
  return (pollers ?? []).map(({ identity, deploymentOptions }) => ({
    worker: identity ?? '',
    buildId: deploymentOptions?.buildId ?? undefined,
  }));
}
