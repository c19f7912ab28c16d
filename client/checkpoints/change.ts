import { stat } from 'node:fs/promises';
import {
  checkpointsOnServer,
  removeCheckpoint,
  setTtl,
} from '../../activities/train/server/server-checkpoints.js';
import { withTinkerErrors } from '../../activities/train/server/tinker-errors.js';
import { HeadraceError } from '../../core/errors.js';
import { formatBytes } from '../../core/format.js';
import { ignoreMissing } from '../../files/errno.js';
import type { Tinker } from '../../tinker/index.js';
import type { CheckpointLine } from '../../core/training/checkpoint-line.js';
import { say } from '../text/output.js';
import { exportAdapter } from '../tinker/export-adapter.js';
import { connectTo, openTinkerAccess } from './server.js';

/** A change to a checkpoint on its server. */
export type CheckpointChange =
  | { readonly kind: 'keep' }
  | { readonly kind: 'rm' }
  | { readonly kind: 'export'; /** A folder. */ readonly to: string };

/** The result of a change, as a sentence and for `--json`. */
export interface CheckpointAnswer {
  readonly text: string;
  readonly json: object;
}

/** A checkpoint on its server. */
interface ServedCheckpoint {
  readonly tinker: Tinker;
  /** Address of the server. */
  readonly server: string;
  readonly label: string;
  /** The paths of its state and its sampler weights that the server still has. */
  readonly paths: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Keeps, removes or exports a checkpoint on the server that has it.
 *
 * @throws {HeadraceError} CheckpointLostError where the server no longer has it; UsageError where the
 *   environment names another server, or `to` is a file; what Tinker throws.
 */
export async function changeCheckpoint(
  change: CheckpointChange,
  checkpoint: CheckpointLine,
  signal: AbortSignal,
): Promise<CheckpointAnswer> {
  const access = await openTinkerAccess();
  const tinker = await connectTo(access, checkpoint, signal);
  return await withTinkerErrors(access.baseUrl, signal, async () => {
    const { label, state_path, sampler_path } = checkpoint;
    const onServer = await checkpointsOnServer(tinker, [state_path, sampler_path], signal);
    const paths = [state_path, sampler_path].filter((path) => onServer.has(path));
    const served: ServedCheckpoint = { tinker, server: access.baseUrl, label, paths, signal };
    const { text, json } = await applyChange(change, served);
    return { text, json: { label, server: access.baseUrl, ...json } };
  });
}

async function applyChange(change: CheckpointChange, served: ServedCheckpoint): Promise<CheckpointAnswer> {
  if (change.kind === 'rm') return await removeServed(served);
  const { server, label, paths } = served;
  if (paths.length === 0)
    throw new HeadraceError('CheckpointLostError', `${server} no longer has ${label}`, {
      remedy: 'It has expired or was removed. `checkpoints RUN ls` shows which checkpoints are left.',
    });
  return change.kind === 'keep' ? await keepServed(served) : await exportServed(served, change.to);
}

async function removeServed({ tinker, server, label, paths, signal }: ServedCheckpoint) {
  for (const path of paths) await removeCheckpoint(tinker, path, signal);
  return paths.length === 0
    ? { text: `${server} no longer has ${label}`, json: {} }
    : { text: `${label} is removed from ${server}`, json: { removed: paths } };
}

async function keepServed({ tinker, label, paths, signal }: ServedCheckpoint) {
  for (const path of paths) await setTtl(tinker, path, null, signal);
  const lost = paths.length === 2 ? '' : `; the server has ${paths.join()} alone`;
  return { text: `${label} no longer expires${lost}`, json: { kept: paths } };
}

async function exportServed({ tinker, server, label, paths, signal }: ServedCheckpoint, to: string) {
  const target = await stat(to).catch(ignoreMissing);
  if (target?.isDirectory() === false)
    throw new HeadraceError('UsageError', `${to} is a file; --to names the folder for the adapter`);
  say(`Downloading ${label} from ${server} …`);
  // Sampler weights first: a server may have an archive of them, while a state must be loaded and exported.
  const { files, bytes, from } = await exportAdapter(tinker, paths.toReversed(), to, signal);
  return {
    text: `${label} is in ${to} as a PEFT adapter: ${formatBytes(bytes)} in ${files.join(', ')}`,
    json: { folder: to, files, bytes, from },
  };
}
