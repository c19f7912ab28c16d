import { Worker } from '@temporalio/worker';
import type {
  CompiledWorkerOptions,
  NativeConnection,
  WorkerDeploymentOptions,
  WorkerOptions,
} from '@temporalio/worker';
import type { Activities } from '../core/contracts/activities.js';
import { defined } from '../core/defined.js';
import { heartbeats, queueOfRole } from '../core/run/roles.js';
import type { Role } from '../core/run/roles.js';
import { bundlePath, workflowsPath } from './bundle.js';
import type { WorkerIdentity } from './identity.js';
import type { Traces } from './traces.js';
import { shutdownLimitMs } from './shutdown.js';
import type { Slots } from './slots.js';

/** A build of the workers as Temporal's worker versioning names it. */
export interface DeploymentVersion {
  readonly deploymentName: string;
  readonly buildId: string;
}

export interface RoleWorkersOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** That of the workflows; those of the other roles begin with it. */
  readonly taskQueue: string;
  readonly roles: readonly Role[];
  readonly slots: Slots;
  readonly identity: WorkerIdentity;
  readonly activities: Activities;
  readonly deployment: DeploymentVersion | undefined;
  readonly traces: Traces | undefined;
}

/** The task queue that only the process of this identity polls, for segments of a training that it holds. */
export function ownTrainQueue(taskQueue: string, { id }: WorkerIdentity): string {
  return `${queueOfRole(taskQueue, 'train')}-${id}`;
}

/** A Temporal worker for each role, and with `train` one for the queue of this process. None polls yet. */
export async function createRoleWorkers(options: RoleWorkersOptions): Promise<Worker[]> {
  const { taskQueue, roles, identity } = options;
  const workers: Worker[] = [];
  for (const role of roles)
    workers.push(
      await Worker.create({
        ...common(options, role),
        taskQueue: queueOfRole(taskQueue, role),
        ...(role === 'main' ? workflowCode(options.traces) : {}),
        ...defined({ workerDeploymentOptions: versioningOf(options.deployment) }),
      }),
    );
  // No part of a version: a version has at most 100 queues, and each process would add one.
  if (roles.includes('train'))
    workers.push(
      await Worker.create({ ...common(options, 'train'), taskQueue: ownTrainQueue(taskQueue, identity) }),
    );
  return workers;
}

/** The bundle of the build; with traces one that is made at the start, for their interceptors are in it. */
function workflowCode(traces: Traces | undefined): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  return traces === undefined ? { workflowBundle: { codePath: bundlePath } } : { workflowsPath };
}

/**
 * How long one activation of a workflow may compute: the SDK gives it to `node:vm` as the script's `timeout`.
 * `WorkerOptions` does not have it ("not exposed at the moment"); the options with defaults do: 5 seconds
 * of the clock. A workflow that schedules 500 batches takes half a second of a processor, which a loaded
 * machine stretches; and Node 20 ends the whole process where the limit stops it.
 */
export const patience: Pick<CompiledWorkerOptions, 'isolateExecutionTimeout'> = {
  isolateExecutionTimeout: '60s',
};

function common(
  { connection, namespace, slots, identity, activities, traces }: RoleWorkersOptions,
  role: Role,
): Omit<WorkerOptions, 'taskQueue'> {
  const { everyMs } = heartbeats[role];
  return {
    connection,
    namespace,
    identity: identity.name,
    activities,
    ...(traces === undefined ? {} : { plugins: [traces.plugin] }),
    maxConcurrentActivityTaskExecutions: slots[role],
    // With several at a time one worker would take several tasks of a few, and others none.
    ...(role === 'cpu' ? { maxConcurrentActivityTaskPolls: 1 } : {}),
    // A cancel reaches an activity with the answer to a heartbeat, however much progress there is to report.
    maxHeartbeatThrottleInterval: everyMs,
    defaultHeartbeatThrottleInterval: everyMs,
    // The time before activities are cancelled. They save when they are.
    shutdownGraceTime: 0,
    shutdownForceTime: shutdownLimitMs,
    ...patience,
  };
}

/** Runs pinned to the build that began them. */
function versioningOf(deployment: DeploymentVersion | undefined): WorkerDeploymentOptions | undefined {
  return (
    deployment && { version: deployment, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' }
  );
}
