import { join } from 'node:path';
import { s3StoreVariables, stateDirIn } from './s3-store.js';
import { shippedHubRoot, shippedModelDir } from './shipped.js';
import { StartedParts } from './started-parts.js';
import type { PartName, ServerName, StartedPartsOptions, WorkerName } from './started-parts.js';

/**
 * The servers that a run needs, on this machine: Temporal, a Hub, a Tinker server and a worker; if asked for,
 * an S3 server that has the store, and two workers with a cache of their own. Those that were started are
 * started again when they die.
 */
export interface Stack extends Pick<StartedParts, 'down' | 'failed' | 'close'> {
  /** The parts that were started. A server that the environment names is none of them. */
  readonly started: ReadonlySet<PartName>;
  readonly temporalAddress: string;
  /** The web UI of a Temporal server that was started; `undefined` where the environment names one. */
  readonly temporalUi: string | undefined;
  readonly hubUrl: string | undefined;
  readonly tinkerUrl: string | undefined;
  /** Variables with which a client of this machine reaches the store; none where it is the folder. */
  readonly storeVariables: Readonly<Record<string, string>>;
}

export interface StackOptions extends StartedPartsOptions {
  /**
   * Variables for the worker. A server that they name is not started: Temporal by TEMPORAL_ADDRESS, the Hub
   * by HF_ENDPOINT or HF_TOKEN, Tinker by TINKER_BASE_URL or TINKER_API_KEY.
   */
  readonly given: Readonly<Record<string, string>>;
  /** Whether the store is on a local S3 server. @default false */
  readonly s3?: boolean;
}

/** Credentials of the local servers. They are public, and no other server accepts them. */
export const localHubToken = 'hf_headrace_local_demo_token';
export const localTinkerKey = 'tml-headrace-local-demo-key';

/** Variables that each name a server. */
const namedBy: Readonly<Record<Exclude<ServerName, 's3'>, readonly string[]>> = {
  temporal: ['TEMPORAL_ADDRESS'],
  hub: ['HF_ENDPOINT', 'HF_TOKEN'],
  tinker: ['TINKER_BASE_URL', 'TINKER_API_KEY'],
};

/**
 * Starts the servers at once, then the worker. Where a start fails or is aborted, the parts that run are shut
 * down.
 *
 * @returns `undefined` where it is aborted.
 * @throws {PartNotStartedError} where a part ends before it serves; {HeadraceError} ServerEndedError where
 *   one dies too often while the others start.
 */
export async function startStack(options: StackOptions): Promise<Stack | undefined> {
  const { given, signal } = options;
  const parts = new StartedParts(options);
  try {
    const servers = (['temporal', 'hub', 'tinker', 's3'] as const).filter((name) =>
      name === 's3' ? options.s3 === true : !isNamed(name, given),
    );
    const outcomes = await Promise.allSettled(
      servers.map((name) => parts.start(name, serverArgs(name, options), {})),
    );
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    signal.throwIfAborted();
    parts.failed.throwIfAborted();
    const storeOf = (process: string): Promise<Record<string, string>> =>
      storeVariables(parts, options.workplace, process);
    const workers: readonly WorkerName[] = options.s3 === true ? ['worker', 'second worker'] : ['worker'];
    for (const [index, name] of workers.entries()) {
      const store = await storeOf(`worker-${index + 1}`);
      await parts.start(name, ['worker'], { ...variablesFor(parts), ...given, ...store });
      signal.throwIfAborted();
    }
    return {
      started: new Set(parts.ready.keys()),
      down: parts.down,
      temporalAddress: given['TEMPORAL_ADDRESS'] ?? addressOf(parts, 'temporal') ?? '',
      temporalUi: parts.ready.get('temporal')?.['ui'],
      hubUrl: given['HF_ENDPOINT'] ?? addressOf(parts, 'hub'),
      tinkerUrl: given['TINKER_BASE_URL'] ?? addressOf(parts, 'tinker'),
      storeVariables: await storeOf('client'),
      failed: parts.failed,
      close: () => parts.close(),
    };
  } catch (error) {
    await parts.close();
    if (signal.aborted) return undefined;
    throw error;
  }
}

function isNamed(name: keyof typeof namedBy, given: StackOptions['given']): boolean {
  return namedBy[name].some((variable) => given[variable] !== undefined);
}

function serverArgs(name: ServerName, { workplace }: StackOptions): string[] {
  const state = ['--state', stateDirIn(workplace, name)];
  switch (name) {
    case 'temporal':
      return ['dev', 'temporal', ...state];
    case 'hub':
      return ['dev', 'hub', '--root', shippedHubRoot, ...state];
    case 'tinker':
      return ['dev', 'tinker', '--model', shippedModelDir, ...state];
    case 's3':
      return ['dev', 's3', ...state];
  }
}

function addressOf({ ready }: StartedParts, name: ServerName): string | undefined {
  return ready.get(name)?.['address'] ?? ready.get(name)?.['url'];
}

/** Variables with which a process of the stack, or its client, reaches the store on the S3 server. */
async function storeVariables(
  parts: StartedParts,
  folder: string,
  process: string,
): Promise<Record<string, string>> {
  const url = addressOf(parts, 's3');
  if (url === undefined) return {};
  // Commands look for `dev.json` in their cache.
  const cache = process === 'client' ? folder : join(folder, 'dev', 'caches', process);
  return await s3StoreVariables(url, stateDirIn(folder, 's3'), cache);
}

/** Variables with the addresses and credentials of the servers that were started. */
function variablesFor(parts: StartedParts): Record<string, string> {
  const variables: Record<string, string> = {};
  const temporal = addressOf(parts, 'temporal');
  if (temporal !== undefined) variables['TEMPORAL_ADDRESS'] = temporal;
  const hub = addressOf(parts, 'hub');
  if (hub !== undefined) Object.assign(variables, { HF_ENDPOINT: hub, HF_TOKEN: localHubToken });
  const tinker = addressOf(parts, 'tinker');
  if (tinker !== undefined)
    Object.assign(variables, { TINKER_BASE_URL: tinker, TINKER_API_KEY: localTinkerKey });
  return variables;
}
