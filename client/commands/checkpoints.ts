import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isMissing } from '../../files/errno.js';
import { defaultStoreRoot } from '../../activities/artifacts/store.js';
import {
  checkpointsOnServer,
  removeCheckpoint,
  setTtl,
  type ServerCheckpoint,
} from '../../activities/train/server/server-checkpoints.js';
import { exportAdapter } from '../tinker/export-adapter.js';
import { createTinkerAccess } from '../../activities/train/server/tinker-access.js';
import type { TinkerAccess } from '../../activities/train/server/tinker-access.js';
import { withTinkerErrors } from '../../activities/train/server/tinker-errors.js';
import { HeadraceError, messageOf } from '../../core/errors.js';
import { formatBytes, formatCount } from '../../core/format.js';
import type { CheckpointLine } from '../../core/training/checkpoint-line.js';
import type { Tinker } from '../../tinker/index.js';
import { workerEnvironment } from '../../worker/environment.js';
import { connected, print, say } from '../text/output.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { outOf, requireRun } from '../runs/start-run.js';
import { readCheckpoints } from '../text/result.js';

/** `headrace checkpoints`: talks to Tinker itself, with the same variables as the worker. */

export interface CheckpointsOptions {
  readonly json?: boolean;
  /** Folder for `export`. @default `adapters/<label>` in the run's `out` */
  readonly to?: string;
}

const actions = ['ls', 'keep', 'rm', 'export'] as const;
type Action = (typeof actions)[number];

export async function checkpoints(
  name: string,
  verb: string,
  label: string | undefined,
  options: CheckpointsOptions,
): Promise<ExitCode> {
  const action = actions.find((each) => each === verb);
  if (action === undefined)
    throw new HeadraceError('UsageError', `"${verb}" is no action; there are ${actions.join(', ')}`);
  return await connected(async (temporal) => {
    const description = await requireRun(temporal, name);
    const out = outOf(description);
    const found = await readCheckpoints(out);
    if (action === 'ls') return await list(out, found, options);
    if (action === 'rm' && label === undefined)
      throw new HeadraceError('UsageError', '`rm` removes the checkpoint that is named, and none was', {
        remedy: `There are ${found.map((each) => each.label).join(', ') || 'none yet'}.`,
      });
    const wanted = labelled(found, label, name);
    const newest = found.slice(-2).some((each) => each.label === wanted.label);
    if (action === 'rm' && newest && description.status.name === 'RUNNING')
      throw new HeadraceError('UsageError', `${wanted.label} is one of the newest two of a run under way`, {
        remedy: 'The run goes on from them. Wait for newer ones, or end the run first.',
      });
    const to = options.to === undefined ? join(out, 'adapters', wanted.label) : resolve(options.to);
    const interrupted = new AbortController();
    const stop = (): void => interrupted.abort(new Error('Interrupted'));
    process.once('SIGINT', stop);
    try {
      await act(action, wanted, to, options, interrupted.signal);
      return exitCodes.done;
    } catch (error) {
      if (!interrupted.signal.aborted) throw error;
      say('Interrupted; the same command begins anew.');
      return exitCodes.interrupted;
    } finally {
      process.removeListener('SIGINT', stop);
    }
  });
}

/** Does something to a checkpoint on the server that has it. */
async function act(
  action: Exclude<Action, 'ls'>,
  wanted: CheckpointLine,
  to: string,
  { json }: CheckpointsOptions,
  signal: AbortSignal,
): Promise<void> {
  const { label, state_path, sampler_path } = wanted;
  const access = await tinkerAccess();
  const tinker = await serverOf(access, wanted, signal);
  const told = await withTinkerErrors(access.baseUrl, signal, async (): Promise<Told> => {
    const held = await checkpointsOnServer(tinker, [state_path, sampler_path], signal);
    const here = [state_path, sampler_path].filter((path) => held.has(path));
    if (action === 'rm') {
      for (const path of here) await removeCheckpoint(tinker, path, signal);
      if (here.length === 0) return [`${access.baseUrl} does not have ${label} any more`, {}];
      return [`${label} is removed from ${access.baseUrl}`, { removed: here }];
    }
    if (here.length === 0)
      throw new HeadraceError('CheckpointLostError', `${access.baseUrl} does not have ${label} any more`, {
        remedy: 'Its time to live is over, or it was removed. `checkpoints RUN ls` shows what is left.',
      });
    if (action === 'keep') {
      for (const path of here) await setTtl(tinker, path, null, signal);
      const lost = here.length === 2 ? '' : `; of the two parts only ${here.join()} was there`;
      return [`${label} stays until someone removes it${lost}`, { kept: here }];
    }
    const there = await stat(to).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (there?.isDirectory() === false)
      throw new HeadraceError('UsageError', `${to} is a file; --to names the folder for the adapter`);
    say(`Fetching ${label} from ${access.baseUrl} …`);
    // Weights to sample from first: of them a server may have an archive, while a state may have to be loaded and exported.
    const { files, bytes, from } = await exportAdapter(tinker, here.toReversed(), to, signal);
    const what = `${formatBytes(bytes)} in ${files.join(', ')}`;
    return [`${label} is in ${to} as a PEFT adapter: ${what}`, { folder: to, files, bytes, from }];
  });
  print(json === true ? JSON.stringify({ label, server: access.baseUrl, ...told[1] }) : told[0]);
}

/** For a person, and for `--json`. */
type Told = readonly [string, object];

async function list(
  out: string,
  found: readonly CheckpointLine[],
  options: CheckpointsOptions,
): Promise<ExitCode> {
  if (found.length === 0) {
    if (options.json !== true) print(`No checkpoints yet in ${out}`);
    return exitCodes.done;
  }
  const held = await askServer(found);
  if (options.json === true) {
    for (const line of found) print(JSON.stringify({ ...line, on_server: onServer(line, held) }));
    return exitCodes.done;
  }
  const width = Math.max(...found.map(({ label }) => label.length));
  const steps = Math.max(...found.map(({ step }) => formatCount(step).length));
  for (const line of found) {
    print(
      `${line.label.padEnd(width)}  after step ${formatCount(line.step).padStart(steps)}  ${describe(line, held)}`,
    );
    print(`  state            ${line.state_path}`);
    print(`  sampler weights  ${line.sampler_path}`);
  }
  return exitCodes.done;
}

/**
 * What the server says of these checkpoints now; `undefined`, with a word to the user, where it cannot be asked: what is
 * recorded here is worth showing without it.
 */
async function askServer(
  found: readonly CheckpointLine[],
): Promise<ReadonlyMap<string, ServerCheckpoint> | undefined> {
  const [newest] = found.slice(-1);
  if (newest === undefined) return undefined;
  const { signal } = new AbortController();
  try {
    // Somebody waits: one that is down is said soon.
    const access = await tinkerAccess(1);
    const tinker = await serverOf(access, newest, signal);
    const paths = found.flatMap(({ state_path, sampler_path }) => [state_path, sampler_path]);
    return await withTinkerErrors(access.baseUrl, signal, () => checkpointsOnServer(tinker, paths, signal));
  } catch (error) {
    say(`What the server still has is not known: ${messageOf(error)}`);
    return undefined;
  }
}

function onServer(
  line: CheckpointLine,
  held: ReadonlyMap<string, ServerCheckpoint> | undefined,
): object | null {
  if (held === undefined) return null;
  const of = (path: string): object => {
    const each = held.get(path);
    return { here: each !== undefined, expires_at: each?.expiresAt ?? null };
  };
  return { state: of(line.state_path), sampler: of(line.sampler_path) };
}

/** `stays`, `6 d 3 h left`, `gone`; both parts where they differ. */
function describe(line: CheckpointLine, held: ReadonlyMap<string, ServerCheckpoint> | undefined): string {
  if (held === undefined) return 'not known';
  const [state, sampler] = [line.state_path, line.sampler_path].map((path) => left(held.get(path)));
  return state === sampler ? (state ?? '') : `state ${state}, sampler weights ${sampler}`;
}

function left(held: ServerCheckpoint | undefined): string {
  if (held === undefined) return 'gone';
  if (held.expiresAt === undefined) return 'stays';
  const minutes = Math.max(0, Math.floor((Date.parse(held.expiresAt) - Date.now()) / 60_000));
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  if (days > 0) return `${days} d ${hours} h left`;
  return hours > 0 ? `${hours} h ${minutes % 60} min left` : `${minutes} min left`;
}

/** The checkpoint of that label, or the newest. @throws {HeadraceError} UsageError, which names those that there are. */
export function labelled(
  found: readonly CheckpointLine[],
  label: string | undefined,
  name: string,
): CheckpointLine {
  const wanted = label === undefined ? found.at(-1) : found.find((each) => each.label === label);
  if (wanted !== undefined) return wanted;
  const labels = found.map((each) => each.label).join(', ');
  throw new HeadraceError(
    'UsageError',
    label === undefined ? `${name} has no checkpoints yet` : `${name} has no checkpoint ${label}`,
    { remedy: labels === '' ? `\`npx headrace watch ${name}\` follows it.` : `There are ${labels}.` },
  );
}

async function tinkerAccess(controlRetries?: number): Promise<TinkerAccess> {
  const env = await workerEnvironment(process.env, defaultStoreRoot());
  const limits = controlRetries === undefined ? {} : { limits: { controlRetries } };
  return createTinkerAccess({ env, onWarning: say, ...limits });
}

/** Connects, and makes sure that it is the server which has the checkpoint: another one's listing would say that it is gone. */
async function serverOf(access: TinkerAccess, line: CheckpointLine, signal: AbortSignal): Promise<Tinker> {
  const { identity, description } = await access.describeServer(signal);
  if (line.server !== identity)
    throw new HeadraceError('UsageError', `${line.label} is on ${line.server}, and this is ${description}`, {
      remedy: 'Set TINKER_BASE_URL as on the worker that trained it.',
    });
  return await access.connect(signal);
}
