import { checkpointsOnServer } from '../../activities/train/server/server-checkpoints.js';
import type { ServerCheckpoint } from '../../activities/train/server/server-checkpoints.js';
import { withTinkerErrors } from '../../activities/train/server/tinker-errors.js';
import { messageOf } from '../../core/errors.js';
import type { CheckpointLine } from '../../core/training/checkpoint-line.js';
import { say } from '../text/output.js';
import { connectTo, openTinkerAccess } from './server.js';

/** The checkpoints that a server has, by path; `undefined` where it does not answer. */
export type OnServer = ReadonlyMap<string, ServerCheckpoint> | undefined;

/**
 * The checkpoints among these that the server still has. Where it does not answer, the reason goes to stderr.
 */
export async function askServer(checkpoints: readonly CheckpointLine[]): Promise<OnServer> {
  const newest = checkpoints.at(-1);
  if (newest === undefined) return undefined;
  const { signal } = new AbortController();
  try {
    // One retry: a user waits for this listing.
    const access = await openTinkerAccess(1);
    const tinker = await connectTo(access, newest, signal);
    const paths = checkpoints.flatMap(({ state_path, sampler_path }) => [state_path, sampler_path]);
    return await withTinkerErrors(access.baseUrl, signal, () => checkpointsOnServer(tinker, paths, signal));
  } catch (error) {
    say(`The server does not list its checkpoints: ${messageOf(error)}`);
    return undefined;
  }
}

/** A checkpoint as `checkpoints ls --json` prints it. */
export function checkpointJson(checkpoint: CheckpointLine, onServer: OnServer): object {
  const { state_path, sampler_path } = checkpoint;
  const on_server =
    onServer === undefined
      ? null
      : { state: partJson(onServer.get(state_path)), sampler: partJson(onServer.get(sampler_path)) };
  return { ...checkpoint, on_server };
}

function partJson(part: ServerCheckpoint | undefined): object {
  return { here: part !== undefined, expires_at: part?.expiresAt ?? null };
}
