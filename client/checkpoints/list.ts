import { checkpointsOnServer } from '../../activities/train/server/server-checkpoints.js';
import type { ServerCheckpoint } from '../../activities/train/server/server-checkpoints.js';
import { withTinkerErrors } from '../../activities/train/server/tinker-errors.js';
import { messageOf } from '../../core/errors.js';
import type { CheckpointLine } from '../../core/training/checkpoint-line.js';
import { say } from '../text/output.js';
import { connectTo, openTinkerAccess } from './server.js';

/** By path; `undefined` where the server could not be asked. */
export type OnServer = ReadonlyMap<string, ServerCheckpoint> | undefined;

/**
 * What the server still has of these checkpoints. Where it cannot be asked, stderr says why: the records are
 * worth showing.
 */
export async function askServer(checkpoints: readonly CheckpointLine[]): Promise<OnServer> {
  const newest = checkpoints.at(-1);
  if (newest === undefined) return undefined;
  const { signal } = new AbortController();
  try {
    // A person waits for this listing: a server that is down is not tried for long.
    const access = await openTinkerAccess(1);
    const tinker = await connectTo(access, newest, signal);
    const paths = checkpoints.flatMap(({ state_path, sampler_path }) => [state_path, sampler_path]);
    return await withTinkerErrors(access.baseUrl, signal, () => checkpointsOnServer(tinker, paths, signal));
  } catch (error) {
    say(`What the server still has is not known: ${messageOf(error)}`);
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
