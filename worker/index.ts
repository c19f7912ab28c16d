import { NativeConnection, Worker } from '@temporalio/worker';
import { stat } from 'node:fs/promises';
import { heartbeatEveryMs } from '../activities/edge.js';
import { createActivities } from '../activities/index.js';
import { removeDeadScratch } from '../files/scratch.js';
import { openStore } from '../activities/artifacts/store.js';
import { HeadraceError, messageOf } from '../core/errors.js';
import type { Env } from '../core/env.js';
import { bundlePath } from './bundle.js';
import { taskQueueOf, temporalTarget } from './connection.js';
import { workerEnvironment } from './environment.js';

/** A build of the workers as Temporal's worker versioning names it. */
export interface DeploymentVersion {
  readonly deploymentName: string;
  readonly buildId: string;
}

export interface RunWorkerOptions {
  readonly storeRoot: string;
  /** @default that of the store */
  readonly taskQueue?: string;
  /** Worker versioning: runs that this build begins are pinned to it. @default none: every worker may take every run */
  readonly deployment?: DeploymentVersion;
  readonly env?: Env;
  /** Ends the worker in order: activities are asked to save, and are waited for. */
  readonly signal: AbortSignal;
  /** Called once, when the worker polls. */
  readonly ready: (taskQueue: string, address: string) => void;
}

/**
 * Activities at once: far more than one run has, so that a run which waits for a slow network or trains for hours never
 * keeps the others from being served. What they share is bounded where it is used: threads for conversion and tokens,
 * connections for downloads, each handed out in turn.
 */
const activitiesAtOnce = 64;
/** Enough for a training step and a save on a slow server. */
const shutdownGrace = '2 minutes';

/** Runs a worker until `signal` is aborted. @throws {HeadraceError} TemporalUnavailableError. */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  const env = await workerEnvironment(options.env ?? process.env, options.storeRoot);
  const store = await openStore(options.storeRoot);
  await removeDeadScratch(store.root);
  const taskQueue = options.taskQueue ?? taskQueueOf(store.id);
  const target = await temporalTarget(env);
  await stat(bundlePath).catch(() => {
    throw new Error(`There is no workflow bundle at ${bundlePath}; run \`npm run build\``);
  });
  let connection: NativeConnection;
  try {
    connection = await NativeConnection.connect(target.connectionOptions);
  } catch (error) {
    throw new HeadraceError(
      'TemporalUnavailableError',
      `No Temporal server answers at ${target.address}: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
  const activities = createActivities({
    store,
    env,
    onWarning: (message) => void process.stderr.write(`${message}\n`),
  });
  try {
    const worker = await Worker.create({
      connection,
      namespace: target.namespace,
      taskQueue,
      workflowBundle: { codePath: bundlePath },
      activities: activities.activities,
      maxConcurrentActivityTaskExecutions: activitiesAtOnce,
      // A cancel reaches an activity with the answer to a heartbeat, however much progress there is to tell.
      maxHeartbeatThrottleInterval: heartbeatEveryMs,
      defaultHeartbeatThrottleInterval: heartbeatEveryMs,
      shutdownGraceTime: shutdownGrace,
      ...(options.deployment === undefined
        ? {}
        : {
            workerDeploymentOptions: {
              version: options.deployment,
              useWorkerVersioning: true,
              defaultVersioningBehavior: 'PINNED',
            },
          }),
    });
    const running = worker.run();
    const stop = (): void => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    };
    options.signal.addEventListener('abort', stop, { once: true });
    if (options.signal.aborted) stop();
    options.ready(taskQueue, target.address);
    await running;
  } finally {
    await activities.close();
    await connection.close();
  }
}
