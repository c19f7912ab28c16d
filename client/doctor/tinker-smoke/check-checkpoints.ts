import { isTinkerError } from '../../../activities/train/server/tinker-errors.js';
import { HeadraceError } from '../../../core/errors.js';
import {
  formatCheckpointPath,
  type Checkpoint,
  type Tinker,
  type TrainingClient,
} from '../../../tinker/index.js';
import { Shortcoming, type Found } from './smoke-steps.js';

/** Seconds: checkpoints are deleted at the end, and expire where that fails. */
const ttlSeconds = 3_600;
const name = 'headrace-smoke';
/** Every kind of character that a label may have, as often as it may have them. */
const longestName = `${name}_`.padEnd(255, 'Aa0-');

/** The paths of the state and the sampler weights. */
export interface Saved {
  readonly state: string;
  readonly sampler: string;
}

/** Saves both under one name, as a run does. Paths are added to `paths` as soon as they exist. */
export async function saveBoth(client: TrainingClient, paths: string[]): Promise<Found<Saved>> {
  const state = client.saveState(name, { ttlSeconds });
  const sampler = client.saveWeightsForSampler(name, { ttlSeconds });
  const saved = { state: await state.result, sampler: '' };
  paths.push(saved.state);
  saved.sampler = await sampler.result;
  paths.push(saved.sampler);
  checkPath(saved.state, client, 'weights', name);
  checkPath(saved.sampler, client, 'sampler_weights', name);
  return { value: saved, detail: `${saved.state}, ${saved.sampler}` };
}

/** A label of the longest form. */
export async function saveLongestName(
  client: TrainingClient,
  paths: string[],
): Promise<Found<undefined> | Shortcoming> {
  try {
    const path = await client.saveState(longestName, { ttlSeconds }).result;
    paths.push(path);
    checkPath(path, client, 'weights', longestName);
  } catch (error) {
    if (!isTinkerError(error, 'request')) throw error;
    return new Shortcoming(
      `the server refuses a label of ${longestName.length} characters: ${error.message}`,
      'Keep `name` and `train.label` short, of letters, digits, "_" and "-".',
    );
  }
  return { value: undefined, detail: `${longestName.length} of A-Z a-z 0-9 _ - are kept as they are` };
}

function checkPath(
  path: string,
  { modelId: runId }: TrainingClient,
  kind: 'weights' | 'sampler_weights',
  label: string,
): void {
  const expected = formatCheckpointPath({ runId, kind, name: label });
  if (path === expected) return;
  throw new HeadraceError('TinkerConformanceError', `the server saved ${path} instead of ${expected}`);
}

/**
 * Whether a used name is refused. The refusal must leave the checkpoint in the listing, where a save whose
 * answer was lost is found again.
 */
export async function saveUsedName(
  tinker: Tinker,
  client: TrainingClient,
  state: string,
  signal: AbortSignal,
): Promise<Found<undefined> | Shortcoming> {
  const isRefused = await client.refusesUsedName(name, { ttlSeconds });
  await listed(tinker, client, state, signal);
  if (isRefused) return { value: undefined, detail: 'refused (409), and found in the listing' };
  return new Shortcoming(
    'a second state under a used name replaces the first',
    'Two runs of one name never share a training run; a script of your own has to take care.',
  );
}

/** Whether a checkpoint expires when it should, and its time can be renewed. */
export async function checkTimeToLive(
  tinker: Tinker,
  client: TrainingClient,
  { state, sampler }: Saved,
  signal: AbortSignal,
): Promise<Found<undefined> | Shortcoming> {
  const first = await listed(tinker, client, state, signal);
  await listed(tinker, client, sampler, signal);
  if (first.expiresAt === undefined)
    return new Shortcoming(
      'the server gives checkpoints no time to live',
      'They stay until they are deleted, whatever `train.ttl` is.',
    );
  const secondsLeft = (Date.parse(first.expiresAt) - Date.now()) / 1000;
  // Clocks differ.
  if (Math.abs(secondsLeft - ttlSeconds) > ttlSeconds / 2)
    throw new HeadraceError(
      'TinkerConformanceError',
      `a checkpoint that was saved for ${ttlSeconds} s expires at ${first.expiresAt}, in ${Math.round(secondsLeft)} s`,
    );
  await tinker.setCheckpointTtl(state, 2 * ttlSeconds, signal);
  const renewed = await listed(tinker, client, state, signal);
  const gained = (Date.parse(renewed.expiresAt ?? '') - Date.parse(first.expiresAt)) / 1000;
  if (gained > ttlSeconds / 2)
    return { value: undefined, detail: `expires at ${first.expiresAt}, renewed at ${renewed.expiresAt}` };
  throw new HeadraceError(
    'TinkerConformanceError',
    `a time to live of ${2 * ttlSeconds} s is accepted and has no effect: the checkpoint expires at ${renewed.expiresAt ?? 'no time'}`,
    {
      remedy:
        'A run that waits for longer than `train.ttl` loses its states. Report it to those who run the server.',
    },
  );
}

/** @throws {HeadraceError} TinkerConformanceError, where the server does not list the checkpoint. */
async function listed(
  tinker: Tinker,
  client: TrainingClient,
  path: string,
  signal: AbortSignal,
): Promise<Checkpoint> {
  const all = await tinker.listCheckpoints(client.modelId, signal);
  const found = all.find((each) => each.path === path);
  if (found !== undefined) return found;
  throw new HeadraceError(
    'TinkerConformanceError',
    `the listing of ${client.modelId} has ${all.map((each) => each.path).join(', ') || 'nothing'}, and not ${path}, which was saved there`,
  );
}

export async function deleteAll(
  tinker: Tinker,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Found<undefined> | Shortcoming> {
  try {
    for (const path of paths) await tinker.deleteCheckpoint(path, signal);
  } catch (error) {
    if (!isTinkerError(error, 'request')) throw error;
    return new Shortcoming('the server deletes no checkpoints', 'They stay until they expire, or for good.');
  }
  return { value: undefined, detail: `${paths.length} checkpoints` };
}
