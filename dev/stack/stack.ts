import { join } from 'node:path';
import { shippedHubRoot, shippedModelDir } from './shipped.js';
import { StartedParts } from './started-parts.js';
import type { PartName, ServerName, StartedPartsOptions } from './started-parts.js';

/**
 * The servers that a run needs, on this machine: Temporal, a Hub, a Tinker server and a worker. Those that
 * were started are started again when they die.
 */
export interface Stack extends Pick<StartedParts, 'down' | 'failed' | 'close'> {
  /** The parts that were started. A server that the environment names is none of them. */
  readonly started: ReadonlySet<PartName>;
  readonly temporalAddress: string;
  /** The web UI of a Temporal server that was started; `undefined` where the environment names one. */
  readonly temporalUi: string | undefined;
  readonly hubUrl: string | undefined;
  readonly tinkerUrl: string | undefined;
}

export interface StackOptions extends StartedPartsOptions {
  /**
   * Variables for the worker. A server that they name is not started: Temporal by TEMPORAL_ADDRESS, the Hub
   * by HF_ENDPOINT or HF_TOKEN, Tinker by TINKER_BASE_URL or TINKER_API_KEY.
   */
  readonly given: Readonly<Record<string, string>>;
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
    const servers = (['temporal', 'hub', 'tinker'] as const).filter((name) => !isNamed(name, given));
    const outcomes = await Promise.allSettled(
      servers.map((name) => parts.start(name, serverArgs(name, options), {})),
    );
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    signal.throwIfAborted();
    parts.failed.throwIfAborted();
    await parts.start('worker', ['worker'], { ...variablesFor(parts), ...given });
    signal.throwIfAborted();
    return {
      started: new Set(parts.ready.keys()),
      down: parts.down,
      temporalAddress: given['TEMPORAL_ADDRESS'] ?? addressOf(parts, 'temporal') ?? '',
      temporalUi: parts.ready.get('temporal')?.['ui'],
      hubUrl: given['HF_ENDPOINT'] ?? addressOf(parts, 'hub'),
      tinkerUrl: given['TINKER_BASE_URL'] ?? addressOf(parts, 'tinker'),
      failed: parts.failed,
      close: () => parts.close(),
    };
  } catch (error) {
    await parts.close();
    if (signal.aborted) return undefined;
    throw error;
  }
}

function isNamed(name: ServerName, given: StackOptions['given']): boolean {
  return namedBy[name].some((variable) => given[variable] !== undefined);
}

function serverArgs(name: ServerName, { workplace }: StackOptions): string[] {
  const state = ['--state', join(workplace, 'dev', name)];
  switch (name) {
    case 'temporal':
      return ['dev', 'temporal', ...state];
    case 'hub':
      return ['dev', 'hub', '--root', shippedHubRoot, ...state];
    case 'tinker':
      return ['dev', 'tinker', '--model', shippedModelDir, ...state];
  }
}

function addressOf({ ready }: StartedParts, name: ServerName): string | undefined {
  return ready.get(name)?.['address'] ?? ready.get(name)?.['url'];
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
