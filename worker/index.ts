import { NativeConnection } from '@temporalio/worker';
import type { Worker } from '@temporalio/worker';
import { stat } from 'node:fs/promises';
import { createActivities } from '../activities/index.js';
import { removeDeadScratch } from '../files/scratch.js';
import { openStore } from '../activities/artifacts/open-store.js';
import { HeadraceError, messageOf } from '../core/errors.js';
import type { Env } from '../core/env.js';
import { queueOfRole, roles as allRoles } from '../core/run/roles.js';
import type { Role } from '../core/run/roles.js';
import { availableCores } from '../files/cores.js';
import { bundlePath } from './bundle.js';
import { taskQueueOf, temporalTarget } from './connection.js';
import type { TemporalTarget } from './connection.js';
import { newIdentity } from './identity.js';
import { createRoleWorkers, ownTrainQueue } from './role-workers.js';
import type { DeploymentVersion } from './role-workers.js';
import { shutdownErrorOf } from './shutdown-error.js';
import { slotsFor } from './slots.js';
import type { Slots } from './slots.js';
import { installTelemetry } from './telemetry.js';
import { openTraces } from './traces.js';

export interface RunWorkerOptions {
  /** A folder, or `s3://bucket/prefix`. */
  readonly storePlace: string;
  /** That of the workflows; those of the other roles begin with it. @default that of the store */
  readonly taskQueue?: string;
  /** What the worker does. @default everything */
  readonly roles?: readonly Role[];
  /** Slots that differ from those of {@link slotsFor}. */
  readonly slots?: Partial<Slots>;
  /**
   * Worker versioning: runs that this build begins are pinned to it. @default none: every worker may take
   * every run
   */
  readonly deployment?: DeploymentVersion;
  /** Address and port at which Prometheus finds metrics. @default none are exported */
  readonly metrics?: string;
  /** Names the servers, and holds the secrets. */
  readonly env: Env;
  /** Ends the worker in order: its activities save, and are waited for. */
  readonly signal: AbortSignal;
  /** Called once, when the worker polls. */
  readonly ready: (polled: Polled) => void;
}

/** What a worker polls. */
interface Polled {
  /** That of the workflows, whether or not the worker has the role `main`. */
  readonly taskQueue: string;
  /** One for each role. */
  readonly taskQueues: readonly string[];
  /** Of the Temporal server. */
  readonly address: string;
}

/**
 * Runs a worker until `signal` is aborted. Then its activities save at once, and are waited for.
 *
 * @throws {HeadraceError} TemporalUnavailableError; WorkerLostError where activities do not end within the
 * limit of a shutdown.
 */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  const { env, roles = allRoles } = options;
  const onWarning = (message: string): void => void process.stderr.write(`${message}\n`);
  const count = installTelemetry(options.metrics);
  const store = await openStore(options.storePlace, { env, onWarning, count });
  await removeDeadScratch(store.workplace.root);
  await stat(bundlePath).catch(() => {
    throw new Error(`There is no workflow bundle at ${bundlePath}; run \`npm run build\``);
  });
  const traces = await openTraces(env, onWarning);
  const target = temporalTarget(env);
  const connection = await connect(target);
  const identity = newIdentity(roles);
  const taskQueue = options.taskQueue ?? taskQueueOf(store.id);
  const liveOn = ownTrainQueue(taskQueue, identity);
  const wired = createActivities({ store, env, count, liveOn, onWarning });
  try {
    const workers = await createRoleWorkers({
      connection,
      namespace: target.namespace,
      taskQueue,
      roles,
      slots: { ...slotsFor(availableCores()), ...options.slots },
      identity,
      activities: wired.activities,
      deployment: options.deployment,
      traces,
    });
    const ended = runAll(workers, options.signal);
    const taskQueues = roles.map((role) => queueOfRole(taskQueue, role));
    options.ready({ taskQueue, taskQueues, address: target.address });
    await ended;
  } finally {
    await wired.close();
    await connection.close();
    await traces?.close();
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

/** Runs the workers until the signal. Where one fails the others shut down, and are waited for. */
async function runAll(workers: readonly Worker[], signal: AbortSignal): Promise<void> {
  const failed = new AbortController();
  const stopAt = AbortSignal.any([signal, failed.signal]);
  const runOne = async (worker: Worker): Promise<void> => {
    try {
      await run(worker, stopAt);
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  };
  await Promise.allSettled(workers.map(runOne));
  failed.signal.throwIfAborted();
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
