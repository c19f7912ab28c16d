import { TinkerError } from './errors.js';

/** A checkpoint name. The hosted service publishes no rule; every known server accepts these. */
export const checkpointNamePattern = /^[A-Za-z0-9_-]{1,255}$/;

/**
 * `weights` holds state to resume training from, `sampler_weights` weights to sample from, `external_weights`
 * an export.
 */
export const checkpointKinds = ['weights', 'sampler_weights', 'external_weights'] as const;
export type CheckpointKind = (typeof checkpointKinds)[number];

export interface CheckpointPath {
  /** Training run, which is also the model id. May hold `:`. */
  readonly runId: string;
  readonly kind: CheckpointKind;
  readonly name: string;
}

/** @throws {TinkerError} invalid, where `name` cannot be a checkpoint name. */
export function checkCheckpointName(name: string): string {
  if (checkpointNamePattern.test(name)) return name;
  throw new TinkerError(
    'invalid',
    `"${name.slice(0, 60)}" cannot be a checkpoint name: it takes 1 to 255 of A-Z a-z 0-9 _ -, and no path`,
  );
}

/**
 * Parses `tinker://<run>/<kind>/<name>`. Splits instead of using `URL`, which refuses a run id such as
 * `uuid:train:0`.
 *
 * @throws {TinkerError} invalid.
 */
export function parseCheckpointPath(path: string): CheckpointPath {
  const [runId, kind, name, ...rest] = path.startsWith('tinker://') ? path.slice(9).split('/') : [];
  const known = checkpointKinds.find((each) => each === kind);
  if (
    runId === undefined ||
    runId === '' ||
    known === undefined ||
    name === undefined ||
    name === '' ||
    rest.length > 0
  )
    throw new TinkerError(
      'invalid',
      `"${path.slice(0, 120)}" is not a checkpoint path: tinker://<run>/<${checkpointKinds.join('|')}>/<name>`,
    );
  return { runId, kind: known, name };
}

export function formatCheckpointPath({ runId, kind, name }: CheckpointPath): string {
  return `tinker://${runId}/${kind}/${name}`;
}

/**
 * The three-part form of the path in the answer to a save. SkyRL answers `tinker://<run>/<name>` for sampler
 * weights, a form that no other call takes.
 */
export function normaliseSavedPath(path: string, kind: CheckpointKind): string {
  const parts = path.startsWith('tinker://') ? path.slice(9).split('/') : [];
  const [runId, name] = parts;
  if (parts.length === 2 && runId !== undefined && name !== undefined)
    return formatCheckpointPath({ runId, kind, name });
  return formatCheckpointPath(parseCheckpointPath(path));
}
