import { createTinkerAccess } from '../../activities/train/server/tinker-access.js';
import type { TinkerAccess } from '../../activities/train/server/tinker-access.js';
import { HeadraceError } from '../../core/errors.js';
import type { Tinker } from '../../tinker/index.js';
import { commandEnvironment } from '../environment.js';
import type { CheckpointLine } from '../../core/training/checkpoint-line.js';
import { say } from '../text/output.js';

/**
 * Access to the Tinker server of the environment. @param retries - of a call without an answer. @default the
 * client's
 */
export async function openTinkerAccess(retries?: number): Promise<TinkerAccess> {
  const limits = retries === undefined ? {} : { limits: { controlRetries: retries } };
  return createTinkerAccess({ env: await commandEnvironment(), onWarning: say, ...limits });
}

/**
 * Connects to the server that the checkpoint was saved on: another server would answer that it does not
 * exist.
 *
 * @throws {HeadraceError} UsageError where the environment names another server; what connecting throws.
 */
export async function connectTo(
  access: TinkerAccess,
  { label, server }: CheckpointLine,
  signal: AbortSignal,
): Promise<Tinker> {
  const { identity, description } = await access.describeServer(signal);
  if (server !== identity)
    throw new HeadraceError('UsageError', `${label} is on ${server}, and this is ${description}`, {
      remedy: 'Set TINKER_BASE_URL as on the worker that trained it.',
    });
  return await access.connect(signal);
}
