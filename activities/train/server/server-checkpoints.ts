import pLimit from 'p-limit';
import { defined } from '../../../core/defined.js';
import { HeadraceError } from '../../../core/errors.js';
import { parseCheckpointPath, type Checkpoint, type Tinker } from '../../../tinker/index.js';
import { isTinkerError } from './tinker-errors.js';

/** A checkpoint that the server has. */
export interface ServerCheckpoint {
  /** ISO 8601; absent where it never expires, or where the server has no TTLs. */
  readonly expiresAt?: string;
}

const listingsAtOnce = 4;

/** Those of the checkpoints that the server has, by path. The listing of each training run is read once. */
export async function checkpointsOnServer(
  tinker: Tinker,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ServerCheckpoint>> {
  const trainingRuns = new Set(paths.map((path) => parseCheckpointPath(path).runId));
  const limit = pLimit(listingsAtOnce);
  const listings = await Promise.all(
    [...trainingRuns].map((run) => limit(() => listTrainingRun(tinker, run, signal))),
  );
  const wanted = new Set(paths);
  return new Map(
    listings
      .flat()
      .filter(({ path, expiresAt }) => wanted.has(path) && !isPast(expiresAt))
      .map(({ path, expiresAt }) => [path, defined({ expiresAt })]),
  );
}

async function listTrainingRun(tinker: Tinker, run: string, signal: AbortSignal): Promise<Checkpoint[]> {
  try {
    return await tinker.listCheckpoints(run, signal);
  } catch (error) {
    if (isTinkerError(error, 'not-found', 'expired')) return [];
    throw error;
  }
}

function isPast(time: string | undefined): boolean {
  return time !== undefined && Date.parse(time) <= Date.now();
}

/** Whether the server has a checkpoint. */
export async function hasCheckpoint(tinker: Tinker, path: string, signal: AbortSignal): Promise<boolean> {
  return (await checkpointsOnServer(tinker, [path], signal)).has(path);
}

/**
 * Sets how long a checkpoint stays; `null`: for good. Does nothing on a server without TTLs (SkyRL), which
 * keeps everything.
 *
 * @throws {HeadraceError} CheckpointLostError, where the server does not have it.
 */
export async function setTtl(
  tinker: Tinker,
  path: string,
  ttlSeconds: number | null,
  signal: AbortSignal,
): Promise<void> {
  try {
    await tinker.setCheckpointTtl(path, ttlSeconds, signal);
  } catch (error) {
    if (!isTinkerError(error, 'not-found', 'request')) throw error;
    if (await hasCheckpoint(tinker, path, signal)) return;
    throw new HeadraceError('CheckpointLostError', `${tinker.baseUrl} no longer has ${path}`, {
      cause: error,
    });
  }
}

/** Deletes a checkpoint. Does nothing on a server that deletes none (SkyRL). */
export async function removeCheckpoint(tinker: Tinker, path: string, signal: AbortSignal): Promise<void> {
  try {
    await tinker.deleteCheckpoint(path, signal);
  } catch (error) {
    if (!isTinkerError(error, 'request')) throw error;
  }
}
