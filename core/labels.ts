import { HeadraceError } from './errors.js';

/**
 * The allowed checkpoint labels: all known servers accept them. The hosted service's own rule is not
 * published.
 */
export const labelPattern = /^[A-Za-z0-9_-]{1,255}$/;

/**
 * Returns `label` if a Tinker server accepts it as a checkpoint name.
 *
 * @throws {HeadraceError} LabelError, with the allowed characters, and for a path that a label is a name.
 */
export function checkLabel(label: string): string {
  if (labelPattern.test(label)) return label;
  const shown = label.length > 60 ? `${label.slice(0, 57)}…` : label;
  let why = 'it has characters that are not allowed';
  if (label === '') why = 'it is empty';
  else if (/[/\\]/.test(label)) why = 'it looks like a path, and a label is a name, not a place on disk';
  else if (label.length > 255) why = `it is ${label.length} characters long`;
  throw new HeadraceError(
    'LabelError',
    `"${shown}" cannot be a checkpoint label: ${why}. Allowed: 1 to 255 of A-Z a-z 0-9 _ -`,
  );
}

/**
 * The longest `train.label` for which every checkpoint label (`<label>-final`,
 * `<label>-<six or more digits>`) is legal.
 */
export const maxBaseLabelLength = 255 - 17;

/**
 * `<label>-000050`: the label of the checkpoint after which `nextStep` is the first step not in the weights.
 */
export function checkpointLabel(label: string, nextStep: number, final: boolean): string {
  return checkLabel(final ? `${label}-final` : `${label}-${String(nextStep).padStart(6, '0')}`);
}
