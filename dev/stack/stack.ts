import { once, EventEmitter } from 'node:events';
import { join } from 'node:path';
import { startPart } from './part.js';
import type { Part } from './part.js';
import { samePorts } from './same-ports.js';
import { shippedHubRoot, shippedModelDir } from './shipped.js';
import { SupervisedPart } from './supervised-part.js';
import type { PartEvent } from './supervised-part.js';

export type ServerName = 'temporal' | 'hub' | 'tinker';
type PartName = ServerName | 'worker';

/**
 * The servers that a run needs, on this machine: Temporal, a Hub, a Tinker server and a worker. Those that
 * were started are started again when they die.
 */
export interface Stack {
  /** The parts that were started. A server that the environment names has none. */
  readonly started: ReadonlySet<PartName>;
  /** Those of them that have died and do not serve again yet. */
  readonly down: ReadonlySet<string>;
  readonly temporalAddress: string;
  /** The web UI of a Temporal server that was started; `undefined` where the environment names one. */
  readonly temporalUi: string | undefined;
  readonly hubUrl: string | undefined;
  readonly tinkerUrl: string | undefined;
  /** Aborted when a part has died too often, with the error as its reason. */
  readonly failed: AbortSignal;
  /** Shuts the parts down, the worker first. */
  close(): Promise<void>;
}

export interface StackOptions {
  /** Path of the compiled program `headrace`, which runs the parts. */
  readonly program: string;
  /** The store. State and logs of the servers go into its folder `dev`. */
  readonly store: string;
  /**
   * Variables for the worker. A server that they name is not started: Temporal by TEMPORAL_ADDRESS, the Hub
   * by HF_ENDPOINT or HF_TOKEN, Tinker by TINKER_BASE_URL or TINKER_API_KEY.
   */
  readonly given: Readonly<Record<string, string>>;
  /** Called with each line that a part sends about its start. */
  readonly log: (line: string) => void;
  /** Called when a part that has served dies, and when it serves again. */
  readonly onEvent: (event: PartEvent) => void;
  /** Aborts the start. */
  readonly signal: AbortSignal;
}

/** Credentials of the local servers. They are public, and no other server accepts them. */
export const localHubToken = 'hf_headrace_local_demo_token';
export const localTinkerKey = 'tml-headrace-local-demo-key';

/** Variables that each name a server. */
const namedBy: Readonly<Record<ServerName, readonly string[]>> = {
  temporal: ['TEMPORAL_ADDRESS'],
  hub: ['HF_ENDPOINT', 'HF_TOKEN'],
  tinker: ['TINKER_BASE_URL', 'TINKER_API_KEY'],
};

const closingOrder: readonly PartName[] = ['worker', 'tinker', 'hub', 'temporal'];

/**
 * Starts the servers at once, then the worker. Where a start fails or is aborted, the parts that run are shut
 * down.
 *
 * @returns `undefined` where it is aborted.
 */
export async function startStack(options: StackOptions): Promise<Stack | undefined> {
  const { given, signal } = options;
  const parts = new Map<PartName, Part>();
  const start = async (name: PartName, args: readonly string[], env = {}): Promise<void> => {
    parts.set(name, await startStackPart(options, name, args, env));
  };
  const close = async (): Promise<void> => {
    for (const name of closingOrder) await parts.get(name)?.close();
  };
  try {
    const servers = (['temporal', 'hub', 'tinker'] as const).filter((name) => !isNamed(name, given));
    const outcomes = await Promise.allSettled(servers.map((name) => start(name, serverArgs(name, options))));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    signal.throwIfAborted();
    await start('worker', ['worker'], { ...variablesFor(parts), ...given });
    signal.throwIfAborted();
    return {
      parts,
      temporalAddress: given['TEMPORAL_ADDRESS'] ?? addressOf(parts, 'temporal') ?? '',
      temporalUi: parts.get('temporal')?.ready['ui'],
      hubUrl: given['HF_ENDPOINT'] ?? addressOf(parts, 'hub'),
      tinkerUrl: given['TINKER_BASE_URL'] ?? addressOf(parts, 'tinker'),
      close,
    };
  } catch (error) {
    await close();
    if (signal.aborted) return undefined;
    throw error;
  }
}

async function startStackPart(
  { program, store, log, signal }: StackOptions,
  name: PartName,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Part> {
  return await startPart({
    name,
    program,
    args,
    env: { HEADRACE_STORE: store, ...env },
    logPath: join(store, 'dev', 'logs', `${name}.log`),
    log,
    signal,
  });
}

function isNamed(name: ServerName, given: StackOptions['given']): boolean {
  return namedBy[name].some((variable) => given[variable] !== undefined);
}

function serverArgs(name: ServerName, { store }: StackOptions): string[] {
  const state = ['--state', join(store, 'dev', name)];
  switch (name) {
    case 'temporal':
      return ['dev', 'temporal', ...state];
    case 'hub':
      return ['dev', 'hub', '--root', shippedHubRoot, ...state];
    case 'tinker':
      return ['dev', 'tinker', '--model', shippedModelDir, ...state];
  }
}

function addressOf(parts: Stack['parts'], name: ServerName): string | undefined {
  const ready = parts.get(name)?.ready;
  return ready?.['address'] ?? ready?.['url'];
}

/** Variables with the addresses and credentials of the servers that were started. */
function variablesFor(parts: Stack['parts']): Record<string, string> {
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
