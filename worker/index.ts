import { NativeConnection, Worker } from '@temporalio/worker';
import type { WorkerDeploymentOptions } from '@temporalio/worker';
import { stat } from 'node:fs/promises';
import { heartbeatEveryMs } from '../activities/edge.js';
import { createActivities } from '../activities/index.js';
import { removeDeadScratch } from '../files/scratch.js';
import { openStore } from '../activities/artifacts/open-store.js';
import { defined } from '../core/defined.js';
import { HeadraceError, messageOf } from '../core/errors.js';
import type { Env } from '../core/env.js';
import { bundlePath } from './bundle.js';
import { taskQueueOf, temporalTarget } from './connection.js';
import type { TemporalTarget } from './connection.js';
import { shutdownErrorOf } from './shutdown-error.js';
import { shutdownLimitMs } from './shutdown.js';

/** A build of the workers as Temporal's worker versioning names it. */
export interface DeploymentVersion {
  readonly deploymentName: string;
  readonly buildId: string;
}

export interface RunWorkerOptions {
  readonly storeRoot: string;
  /** @default that of the store */
  readonly taskQueue?: string;
  /**
   * Worker versioning: runs that this build begins are pinned to it. @default none: every worker may take
   * every run
   */
  readonly deployment?: DeploymentVersion;
  /** Names the servers, and holds the secrets. */
  readonly env: Env;
  /** Ends the worker in order: its activities save, and are waited for. */
  readonly signal: AbortSignal;
  /** Called once, when the worker polls. */
  readonly ready: (taskQueue: string, address: string) => void;
}

/**
 * Activities at once: far more than one run has, so that a run which waits for a slow network or trains for
 * hours never keeps the others from being served. What they share is bounded where it is used: threads for
 * conversion and tokens, connections for downloads, each handed out in turn.
 */
const activitiesAtOnce = 64;

/**
 * Runs a worker until `signal` is aborted. Then its activities save at once, and are waited for.
 *
 * @throws {HeadraceError} TemporalUnavailableError; WorkerLostError where activities do not end within
 * {@link shutdownLimitMs}.
 */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  const { env } = options;
  const store = await openStore(options.storeRoot);
  await removeDeadScratch(store.workplace.root);
  await stat(bundlePath).catch(() => {
    throw new Error(`There is no workflow bundle at ${bundlePath}; run \`npm run build\``);
  });
  const target = temporalTarget(env);
  const connection = await connect(target);
  const onWarning = (message: string): void => void process.stderr.write(`${message}\n`);
  const wired = createActivities({ store, env, onWarning });
  try {
    const taskQueue = options.taskQueue ?? taskQueueOf(store.id);
    const worker = await Worker.create({
      connection,
      namespace: target.namespace,
      taskQueue,
      workflowBundle: { codePath: bundlePath },
      activities: wired.activities,
      maxConcurrentActivityTaskExecutions: activitiesAtOnce,
      // A cancel reaches an activity with the answer to a heartbeat, however much progress there is to
      // report.
      maxHeartbeatThrottleInterval: heartbeatEveryMs,
      defaultHeartbeatThrottleInterval: heartbeatEveryMs,
      // The time before activities are cancelled. They save when they are.
      shutdownGraceTime: 0,
      shutdownForceTime: shutdownLimitMs,
      ...defined({ workerDeploymentOptions: versioningOf(options.deployment) }),
    });
    const ended = run(worker, options.signal);
    options.ready(taskQueue, target.address);
    await ended;
  } finally {
    await wired.close();
    await connection.close();
  }
}

/** @throws {HeadraceError} TemporalUnavailableError. */
async function connect({ address, connectionOptions }: TemporalTarget): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(connectionOptions);
  } catch (error) {
    throw new HeadraceError(
      'TemporalUnavailableError',
      `No Temporal server answers at ${address}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** Runs pinned to the build that began them. */
function versioningOf(deployment: DeploymentVersion | undefined): WorkerDeploymentOptions | undefined {
  return (
    deployment && { version: deployment, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' }
  );
}

async function run(worker: Worker, signal: AbortSignal): Promise<void> {
  const ended = worker.run();
  const stop = (): void => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    await ended;
  } catch (error) {
    throw signal.aborted ? shutdownErrorOf(error) : error;
  }
}
