import pLimit from 'p-limit';
import { HeadraceError } from '../../../core/errors.js';
import { parseCheckpointPath, type Checkpoint, type Tinker } from '../../../tinker/index.js';
import { isTinkerError } from './tinker-errors.js';

/** What a server says of a checkpoint. */
export type Held =
  | { readonly here: false }
  | {
      readonly here: true;
      /** ISO 8601; absent where it stays for good, or where the server knows no TTL. */
      readonly expiresAt?: string;
    };

const listingsAtOnce = 4;

/** What the server still has of these checkpoints, by path; the listing of each training run is asked for once. */
export async function heldOf(
  tinker: Tinker,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Held>> {
  const runs = new Set(paths.map((path) => parseCheckpointPath(path).runId));
  const limit = pLimit(listingsAtOnce);
  const listed = await Promise.all([...runs].map((run) => limit(() => listRun(tinker, run, signal))));
  const found = new Map(listed.flat().map(({ path, expiresAt }) => [path, expiresAt]));
  return new Map(
    paths.map((path): [string, Held] => {
      const expiresAt = found.get(path);
      if (!found.has(path) || isPast(expiresAt)) return [path, { here: false }];
      return [path, { here: true, ...(expiresAt === undefined ? {} : { expiresAt }) }];
    }),
  );
}

async function listRun(tinker: Tinker, run: string, signal: AbortSignal): Promise<Checkpoint[]> {
  try {
    return await tinker.listCheckpoints(run, signal);
  } catch (error) {
    if (isTinkerError(error, 'not-found', 'expired')) return [];
    throw error;
  }
}

/** Whether the server still has a checkpoint. */
export async function hasCheckpoint(tinker: Tinker, path: string, signal: AbortSignal): Promise<boolean> {
  return (await heldOf(tinker, [path], signal)).get(path)?.here === true;
}

function isPast(time: string | undefined): boolean {
  return time !== undefined && Date.parse(time) <= Date.now();
}

/**
 * Sets how long a checkpoint stays; `null`: for good. A server that knows no TTL (SkyRL) keeps everything, which is as good.
 *
 * @throws {HeadraceError} CheckpointLostError, where the server has it no more.
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

/** Deletes a checkpoint, where the server knows how to. */
export async function remove(tinker: Tinker, path: string, signal: AbortSignal): Promise<void> {
  try {
    await tinker.deleteCheckpoint(path, signal);
  } catch (error) {
    if (!isTinkerError(error, 'request')) throw error;
  }
}
